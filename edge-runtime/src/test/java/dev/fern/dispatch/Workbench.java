package dev.fern.dispatch;

import dev.fern.Adapter;
import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.Time;
import dev.fern.chain.ChainProvider;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.journal.Journal;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A dispatcher with its real neighbours, and the world as a recording.
final class Workbench implements AutoCloseable {
    final FakeTime time = new FakeTime();
    final FakeRuntime runtime = new FakeRuntime();
    final RecordingSink sink = new RecordingSink();
    final List<CallInfo> died = new CopyOnWriteArrayList<>();
    final Metrics metrics = new Metrics();
    /// By type of target; a test may put others in.
    final Map<String, Sink> sinks = new ConcurrentHashMap<>(Map.of("mqtt", sink, "gpio", sink));
    private final Map<FnName, Fn> deployed = new TreeMap<>();
    private final Adapter chain;
    final Journal journal;
    final Invoker invoker;
    final Dispatcher dispatcher;
    /// Of functions that are deployed from now on, null: what is usual.
    @Nullable Duration timeout;

    Workbench(Path folder) throws Exception {
        this(folder, null);
    }

    /// @param clock what the wall clock says at the start, null: what it always says
    Workbench(Path folder, @Nullable Instant clock) throws Exception {
        this(folder, clock, Examples.settings(null, folder));
    }

    Workbench(Path folder, @Nullable Instant clock, Settings settings) throws Exception {
        if (clock != null) {
            time.set(clock);
        }
        journal = new Journal(folder.resolve("calls.db"), 100, metrics);
        var recovered = journal.open();
        invoker = new Invoker(8, time, new Logs(time), List.of(runtime), metrics);
        var listener = new Control.Listener() {
            @Override
            public void statusChanged() {}

            @Override
            public void died(CallInfo call) {
                died.add(call);
            }
        };
        chain = chain(settings, time, metrics);
        sinks.put("fn", (Sink) chain);
        dispatcher = new Dispatcher(settings, journal, invoker, sinks, listener, time, metrics);
        dispatcher.recover(recovered);
        chain.start(dispatcher);
    }

    @SuppressWarnings("NullAway") // it asks nothing of the daemon
    private static Adapter chain(Settings settings, Time time, Metrics metrics) {
        return new ChainProvider().create(settings, time, metrics, null);
    }

    /// Tells which functions there are, as the deployer does.
    void bind() {
        var triggers = deployed.values().stream()
                .flatMap(fn -> fn.triggers().stream())
                .filter(trigger -> chain.types().contains(trigger.type()))
                .toList();
        chain.bind(triggers, List.of());
    }

    void remove(Fn fn) {
        deployed.remove(fn.name());
        dispatcher.remove(fn.name());
        invoker.remove(fn.name());
        bind();
    }

    /// A function that answers what it gets, unless told otherwise.
    Fn deploy(String name, String... bindings) throws InvalidDefinitionException, InterruptedException {
        return deploy(name, 1, bindings);
    }

    Fn deploy(String name, int concurrency, String... bindings)
            throws InvalidDefinitionException, InterruptedException {
        var plain = Examples.fn(name, bindings);
        var fn = new Fn(
                plain.name(),
                plain.id(),
                plain.appId(),
                plain.image(),
                plain.memoryMb(),
                timeout == null ? plain.timeout() : timeout,
                plain.idleTimeout(),
                plain.config(),
                plain.isolation(),
                concurrency,
                false,
                false,
                plain.triggers(),
                plain.targets(),
                plain.annotations());
        runtime.bodyIfAbsent(
                name, call -> FakeRuntime.answer(call.event().data().text()));
        invoker.install(invoker.load(fn, FakeRuntime.BUNDLE));
        dispatcher.deploy(fn);
        deployed.put(fn.name(), fn);
        bind();
        return fn;
    }

    Receipt accept(Fn fn, String trigger, String text) throws IntakeFullException {
        var found = fn.triggers().stream()
                .filter(one -> one.name().equals(trigger))
                .findFirst()
                .orElseThrow();
        return dispatcher.accept(found, Examples.event(text));
    }

    long written() {
        return metrics.counter("fern_journal_calls_written_total").sum();
    }

    long failed(String fn) {
        return dispatcher.counts(FnName.parse(fn)).failed();
    }

    long inMemory() {
        var value = new double[1];
        metrics.forEachGauge((series, number) -> {
            if (series.name().equals("fern_calls_in_memory")) {
                value[0] = number;
            }
        });
        return (long) value[0];
    }

    /// What the only call on disk waits for.
    String state() {
        try {
            var entries = journal.list(false, 2);
            return entries.size() == 1 ? Infos.of(entries.getFirst()).state() : entries.size() + " calls";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<CallInfo> dispatcherCalls() {
        try {
            return dispatcher.calls(100);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    List<CallInfo> dead() {
        try {
            return dispatcher.dead(100);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        dispatcher.close();
        invoker.close();
        journal.close();
    }
}
