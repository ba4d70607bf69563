package dev.fern.daemon;

import dev.fern.Adapter;
import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.DefinitionSource;
import dev.fern.Emitter;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Status;
import dev.fern.Trigger;
import dev.fern.Vocabulary;
import dev.fern.deploy.Deployer;
import dev.fern.dispatch.Dispatcher;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.journal.Journal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Answers an operator out of the rooms. Made before them, so that adapters can be given it; [#run] says what it asks.
final class Operations implements Control, Control.Listener {
    /// What there is to ask.
    record Rooms(
            Journal journal,
            Invoker invoker,
            Dispatcher dispatcher,
            Deployer deployer,
            List<Adapter> adapters,
            List<DefinitionSource> sources,
            Sources merged) {}

    private final String device;
    private final Logs logs;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Rooms rooms;

    Operations(String device, Logs logs) {
        this.device = device;
        this.logs = logs;
    }

    void run(Rooms running) {
        rooms = running;
    }

    @Override
    public Status status() {
        var now = rooms;
        if (now == null) {
            return new Status(device, Vocabulary.VERSION, false, new TreeMap<>(), List.of(), new Status.Queue(0, 0, 0));
        }
        var health = new TreeMap<String, Health>();
        now.adapters.forEach(adapter -> health.putAll(adapter.health()));
        now.sources.forEach(source -> health.putAll(source.health()));
        health.put("disk", now.journal.health() instanceof Health.Down down ? down : now.deployer.health());
        return new Status(device, Vocabulary.VERSION, ready(now), health, functions(now), now.dispatcher.queue());
    }

    private static List<Status.Function> functions(Rooms now) {
        return Stream.concat(now.deployer.status().stream(), now.merged.hidden().stream())
                .sorted(Comparator.comparing(Status.Function::name))
                .toList();
    }

    @Override
    public String statusJson() {
        var now = rooms;
        return StatusJson.of(status(), now == null ? Map.of() : now.invoker.guards());
    }

    @Override
    public boolean ready() {
        var now = rooms;
        return now != null && ready(now);
    }

    private static boolean ready(Rooms now) {
        return now.deployer.ready(now.sources.stream().allMatch(DefinitionSource::looked));
    }

    @Override
    public List<CallInfo> calls(int most) {
        return ask(now -> now.dispatcher.calls(most));
    }

    @Override
    public List<CallInfo> dead(int most) {
        return ask(now -> now.dispatcher.dead(most));
    }

    private interface Question {
        List<CallInfo> to(Rooms rooms) throws InterruptedException;
    }

    private List<CallInfo> ask(Question question) {
        var now = rooms;
        try {
            return now == null ? List.of() : question.to(now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    @Override
    public boolean retry(String callOrFunction) {
        var now = rooms;
        if (now == null) {
            return false;
        }
        try {
            return callOrFunction.indexOf('/') > 0
                    ? now.invoker.pardon(FnName.parse(callOrFunction))
                    : now.dispatcher.retry(callOrFunction);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void emit(String type, String address, Payload body) throws InvalidDefinitionException {
        var now = rooms;
        for (var adapter : now == null ? List.<Adapter>of() : now.adapters) {
            boolean emits = adapter.types().contains(type) && !type.equals(Trigger.INVOKE);
            if (emits && adapter instanceof Emitter emitter) {
                emitter.emit(address, body);
                return;
            }
        }
        throw new InvalidDefinitionException("nothing here emits " + type, "emit mqtt, gpio or sensor");
    }

    @Override
    public List<String> logs(int most) {
        return logs.last(most);
    }

    @Override
    public AutoCloseable follow(Consumer<String> line) {
        return logs.follow(line);
    }

    @Override
    public void sync() {
        var now = rooms;
        if (now != null) {
            now.sources.forEach(DefinitionSource::nudge);
            now.deployer.nudge();
        }
    }

    @Override
    public void online(boolean up) {
        listeners.forEach(listener -> listener.online(up));
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void statusChanged() {
        listeners.forEach(Listener::statusChanged);
    }

    @Override
    public void died(CallInfo call) {
        logs.add(call.fn() + " " + call.id(), "given up after attempt " + call.attempt() + ": " + call.reason());
        listeners.forEach(listener -> listener.died(call));
    }
}
