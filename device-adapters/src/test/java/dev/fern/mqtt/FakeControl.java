package dev.fern.mqtt;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Payload;
import dev.fern.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/// A daemon that counts what it is asked.
final class FakeControl implements Control {
    final List<Listener> listeners = new CopyOnWriteArrayList<>();
    final BlockingQueue<String> syncs = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> onlines = new LinkedBlockingQueue<>();
    volatile List<Status.Function> functions = List.of();
    volatile String status = "{\"device\":\"test\"}";

    @Override
    public Status status() {
        return new Status("test", "0", true, Map.of(), functions, new Status.Queue(0, 0, 0));
    }

    @Override
    public String statusJson() {
        return status;
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public List<CallInfo> calls(int most) {
        return List.of();
    }

    @Override
    public List<CallInfo> dead(int most) {
        return List.of();
    }

    @Override
    public boolean retry(String callOrFunction) {
        return false;
    }

    @Override
    public void emit(String type, String address, Payload body) {}

    @Override
    public List<String> logs(int most) {
        return List.of();
    }

    @Override
    public AutoCloseable follow(Consumer<String> line) {
        return () -> {};
    }

    @Override
    public void sync() {
        syncs.add("sync");
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void online(boolean up) {
        onlines.add(up);
    }
}
