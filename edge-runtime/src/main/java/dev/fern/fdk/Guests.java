package dev.fern.fdk;

import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers the functions' world for whoever asks, by its [Scope].
final class Guests implements Bridge.Host {
    private static Scope scope() {
        var scope = Scope.current();
        if (scope == null) {
            throw new IllegalStateException("no function runs on " + Thread.currentThread());
        }
        return scope;
    }

    @Override
    public PrintStream out() {
        return scope().out();
    }

    @Override
    public PrintStream err() {
        return scope().err();
    }

    @Override
    public Map<String, String> env() {
        return scope().env();
    }

    @Override
    public void exited(String call) {
        scope().exited(call);
    }

    @Override
    public void ignored(String call) {
        scope().console().line(call + " was ignored: it would touch every function of this device");
    }

    @Override
    public void owns(Object made) {
        scope().leftovers().add(made);
    }

    @Override
    public void starts(Thread thread) {
        scope().leftovers().starts(thread);
    }

    @Override
    public Bridge.@Nullable Stop stopped(Class<?> gate) {
        Scope.pace();
        return Scope.at(gate).end().now();
    }

    @Override
    public Bridge.@Nullable Stop stoppedForLong(Class<?> gate) {
        return Scope.at(gate).end().forLong();
    }

    @Override
    public @Nullable String refuses(long bytes) {
        return scope().refuses(bytes);
    }
}
