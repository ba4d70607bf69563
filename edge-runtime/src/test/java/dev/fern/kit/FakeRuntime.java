package dev.fern.kit;

import dev.fern.Answer;
import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.CallLog;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Runs functions that a test writes as lambdas.
public final class FakeRuntime implements FunctionRuntime {
    /// What a function does with a call.
    public interface Body {
        Result call(Call call) throws InterruptedException;
    }

    /// A bundle for any function.
    public static final Bundle BUNDLE =
            new Bundle("sha256:0", Path.of("/nowhere"), List.of(), List.of(), Map.of(), "/function");

    private final Map<String, Body> bodies = new ConcurrentHashMap<>();
    /// Instances started and not closed.
    public final AtomicInteger instances = new AtomicInteger();
    /// Programs loaded and not closed.
    public final AtomicInteger programs = new AtomicInteger();

    /// Runs before the code of `app/name` is loaded.
    public volatile Consumer<String> loading = _ -> {};

    /// What `app/name` does from now on.
    public void body(String fn, Body body) {
        bodies.put(fn, body);
    }

    public void bodyIfAbsent(String fn, Body body) {
        bodies.putIfAbsent(fn, body);
    }

    /// An answer with that body.
    public static Result answer(String text) {
        return new Result.Success(new Answer(Headers.of("Content-Type", "text/plain"), Payload.of(text)));
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public boolean canRun(Fn fn, Bundle bundle) {
        return true;
    }

    @Override
    public Program load(Fn fn, Bundle bundle) {
        loading.accept(fn.name().toString());
        programs.incrementAndGet();
        return new Program() {
            @Override
            public Instance start() {
                instances.incrementAndGet();
                return new FakeInstance(fn);
            }

            @Override
            public void close() {
                programs.decrementAndGet();
            }
        };
    }

    @Override
    public void close() {}

    private final class FakeInstance implements Instance {
        private final Fn fn;

        FakeInstance(Fn fn) {
            this.fn = fn;
        }

        @Override
        public Result call(Call call, Instant deadline, CallLog log) throws InterruptedException {
            var body = bodies.get(fn.name().toString());
            return body == null ? answer("") : body.call(call);
        }

        @Override
        public void close() {
            instances.decrementAndGet();
        }
    }
}
