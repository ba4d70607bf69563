package dev.fern.dispatch;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
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
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A dispatcher with its real neighbours, and the world as a recording.
final class Workbench implements AutoCloseable {
    final FakeTime time = new FakeTime();
    final FakeRuntime runtime = new FakeRuntime();
    final RecordingSink sink = new RecordingSink();
    final List<CallInfo> died = new CopyOnWriteArrayList<>();
    final Metrics metrics = new Metrics();
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
        dispatcher = new Dispatcher(
                Examples.settings(null, folder),
                journal,
                invoker,
                Map.of("mqtt", sink, "gpio", sink),
                listener,
                time,
                metrics);
        dispatcher.recover(recovered);
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
