package dev.fern.http;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A daemon that has what a test puts in, and keeps what it was asked.
final class FakeControl implements Control {
    final List<CallInfo> calls = new ArrayList<>();
    final List<CallInfo> dead = new ArrayList<>();
    final List<Status.Function> functions = new CopyOnWriteArrayList<>();
    final List<String> logs = new CopyOnWriteArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<Consumer<String>> followers = new CopyOnWriteArrayList<>();
    volatile boolean ready = true;
    volatile @Nullable RuntimeException bug;

    @Override
    public Status status() {
        return new Status("test", "0.1.0", ready, Map.of(), List.copyOf(functions), new Status.Queue(0, 0, 0));
    }

    @Override
    public String statusJson() {
        if (bug instanceof RuntimeException thrown) {
            throw thrown;
        }
        return "{\"device\":\"test\"}";
    }

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public List<CallInfo> calls(int most) {
        asked.add("calls " + most);
        return calls;
    }

    @Override
    public List<CallInfo> dead(int most) {
        asked.add("dead " + most);
        return dead;
    }

    @Override
    public boolean retry(String callOrFunction) {
        asked.add("retry " + callOrFunction);
        return !callOrFunction.contains("unknown");
    }

    @Override
    public void emit(String type, String address, Payload body) throws InvalidDefinitionException {
        if (type.equals("pwm")) {
            throw new InvalidDefinitionException("there is no adapter pwm", "use mqtt or gpio");
        }
        asked.add("emit " + type + " " + address + " " + body.text());
    }

    @Override
    public List<String> logs(int most) {
        asked.add("logs " + most);
        return logs;
    }

    @Override
    public AutoCloseable follow(Consumer<String> line) {
        followers.add(line);
        return () -> followers.remove(line);
    }

    @Override
    public void sync() {
        asked.add("sync");
    }

    @Override
    public void listen(Listener listener) {}

    @Override
    public void online(boolean up) {}
}
