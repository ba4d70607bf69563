package dev.fern.e2e.bench;

import dev.fern.Binding;
import dev.fern.Call;
import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.Trigger;
import dev.fern.dispatch.Dispatcher;
import dev.fern.e2e.Sandbox;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import dev.fern.journal.NewerFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// What a call on disk costs: the journal alone, on a real file.
///
/// @param recoveries how long opening took with so many calls in it
/// @param accepts what accepting costs
/// @param calls that were on disk at each recovery
/// @param missing calls that were not found again
public record Journals(List<Recovery> recoveries, List<Accept> accepts, int calls, int missing) {
    private static final int LANES = 20;
    private static final Path KERNEL = Path.of("/proc/self/io");

    /// How much of it.
    ///
    /// @param calls on disk at a recovery
    /// @param rounds recoveries
    /// @param events for each number of concurrent accepts, of each size
    public record Plan(int calls, int rounds, int events) {
        /// About a minute.
        public static final Plan LONG = new Plan(100_000, 5, 20_000);
        /// Whether it works at all.
        public static final Plan SHORT = new Plan(2000, 1, 300);
    }

    /// @param openMs reading what the file holds, and handing it to the dispatcher
    /// @param firstMs until the first calls of a lane are in memory as well
    record Recovery(double openMs, double firstMs, long fileBytes) {}

    /// @param concurrent callers, each of which waits until its call is safe
    /// @param kernelBytes whole pages, as the kernel counts
    record Accept(
            int concurrent,
            int bytes,
            int events,
            double p50Ms,
            double p99Ms,
            double perSecond,
            double syncs,
            double diskBytes,
            double kernelBytes) {}

    /// Runs it all.
    ///
    /// @param progress hears a line now and then
    public static Journals run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        try (var sandbox = new Sandbox()) {
            var accepts = new ArrayList<Accept>();
            accept(sandbox.folder("warm"), 16, 64, plan.events);
            for (int bytes : new int[] {64, 1024}) {
                for (int concurrent : new int[] {1, 16, 128}) {
                    progress.accept(concurrent + " accepts of " + bytes + " bytes at once");
                    var folder = sandbox.folder("accept-" + concurrent + "-" + bytes);
                    accepts.add(accept(folder, concurrent, bytes, concurrent == 1 ? plan.events / 4 : plan.events));
                }
            }
            progress.accept("recovery of " + plan.calls + " calls");
            var file = sandbox.folder("recovery").resolve("calls.db");
            fill(file, plan.calls);
            var recoveries = new ArrayList<Recovery>();
            int missing = 0;
            for (int round = 0; round < plan.rounds; round++) {
                missing += plan.calls - recover(file, recoveries);
            }
            return new Journals(recoveries, accepts, plan.calls, missing);
        }
    }

    private static Journal open(Path file, Metrics metrics) throws IOException {
        var journal = new Journal(file, 1000, metrics);
        try {
            journal.open();
        } catch (NewerFormatException e) {
            throw new IOException(e);
        }
        return journal;
    }

    private static Entry entry(long seq, int lane, int bytes) {
        try {
            var binding = Binding.parse("mqtt:greenhouse/+/temperature?qos=1&durable=disk");
            var trigger = new Trigger(new FnName("greenhouse", "too-hot-" + lane), "temperature", binding);
            var event = Event.of(
                    "/fern/porch-1/mqtt/default",
                    Event.MQTT_MESSAGE,
                    "greenhouse/bench-" + lane + "/temperature",
                    Instant.now(),
                    null,
                    Headers.of("Fern-Match-1", "bench-" + lane),
                    Payload.of(new byte[bytes]));
            var call = Call.first(trigger, event, Instant.now());
            return new Entry(seq, trigger.lane(), call, Entry.State.QUEUED, null, List.of());
        } catch (InvalidDefinitionException e) {
            throw new AssertionError("it makes sense", e);
        }
    }

    /// Calls as a device may have them that was without its broker for long: one of ten is waiting to be tried again.
    private static void fill(Path file, int calls) throws IOException, InterruptedException {
        try (var journal = open(file, new Metrics())) {
            var safe = new CountDownLatch(calls);
            for (int i = 0; i < calls; i++) {
                var queued = entry(journal.nextSeq(), i % LANES, 64);
                var state = i % 10 == 0 ? Entry.State.WAITING : Entry.State.QUEUED;
                journal.add(
                        new Entry(queued.seq(), queued.lane(), queued.call(), state, null, List.of()), safe::countDown);
            }
            safe.await();
        }
    }

    /// @return how many calls there were
    private static int recover(Path file, List<Recovery> into) throws IOException, InterruptedException {
        long start = System.nanoTime();
        var metrics = new Metrics();
        var time = new Stopped();
        try (var journal = new Journal(file, 1000, metrics);
                var invoker = new Invoker(1, time, new Logs(time), List.of(), metrics);
                var dispatcher =
                        new Dispatcher(settings(file), journal, invoker, Map.of(), new Nobody(), time, metrics)) {
            var recovered = journal.open();
            dispatcher.recover(recovered);
            long opened = System.nanoTime();
            var first = new CountDownLatch(1);
            journal.read(recovered.lanes().getFirst().lane(), 0, 64, _ -> first.countDown());
            first.await();
            into.add(new Recovery((opened - start) / 1e6, (System.nanoTime() - start) / 1e6, Files.size(file)));
            return recovered.waiting().size()
                    + recovered.lanes().stream().mapToInt(lane -> lane.calls()).sum();
        } catch (NewerFormatException e) {
            throw new IOException(e);
        }
    }

    private static Settings settings(Path data) {
        return new Settings(
                new Settings.Device("bench", Map.of(), "simulated"),
                null,
                null,
                new Settings.Registry(null, Set.of(), null),
                null,
                Map.of(),
                new Settings.Http("127.0.0.1:0", null, null, null, null, List.of()),
                Map.of(),
                Map.of(),
                Map.of(),
                data,
                Settings.Limits.DEFAULT,
                data);
    }

    /// Nothing falls due.
    private static final class Stopped implements Time {
        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Timer after(Duration delay, Runnable action) {
            return () -> {};
        }
    }

    private static final class Nobody implements Control.Listener {
        @Override
        public void statusChanged() {}

        @Override
        public void died(CallInfo call) {}
    }

    private static Accept accept(Path folder, int concurrent, int bytes, int events)
            throws IOException, InterruptedException {
        var metrics = new Metrics();
        var latencies = new ConcurrentLinkedQueue<Double>();
        try (var journal = open(folder.resolve("calls.db"), metrics)) {
            long disk = metrics.diskBytes("calls").sum();
            long kernel = kernel();
            var left = new AtomicInteger(events);
            var threads = new ArrayList<Thread>();
            long start = System.nanoTime();
            for (int i = 0; i < concurrent; i++) {
                int lane = i % LANES;
                threads.add(Thread.startVirtualThread(() -> {
                    while (left.getAndDecrement() > 0) {
                        latencies.add(one(journal, entry(journal.nextSeq(), lane, bytes)));
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            var ms = latencies.stream().mapToDouble(one -> one).sorted().toArray();
            return new Accept(
                    concurrent,
                    bytes,
                    events,
                    rank(ms, 0.5),
                    rank(ms, 0.99),
                    events / seconds,
                    (double) metrics.counter("fern_journal_commits_total").sum() / events,
                    (double) (metrics.diskBytes("calls").sum() - disk) / events,
                    (double) (kernel() - kernel) / events);
        }
    }

    /// Accepts a call, and forgets it when it is safe.
    ///
    /// @return ms until it was safe
    private static double one(Journal journal, Entry entry) {
        var safe = new CountDownLatch(1);
        long start = System.nanoTime();
        journal.add(entry, safe::countDown);
        try {
            safe.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts it", e);
        }
        double ms = (System.nanoTime() - start) / 1e6;
        journal.forget(entry);
        return ms;
    }

    private static double rank(double[] sorted, double part) {
        return sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
    }

    private static long kernel() throws IOException {
        return Files.readAllLines(KERNEL).stream()
                .filter(line -> line.startsWith("write_bytes: "))
                .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length())))
                .sum();
    }

    /// As tables in Markdown, for docs/benchmarks.md.
    public List<String> report() {
        var tables = new Tables();
        tables.table(
                "Accepting calls on disk",
                "at once",
                "payload, bytes",
                "until safe, p50 ms",
                "p99 ms",
                "calls/s",
                "syncs/call",
                "bytes written/call",
                "the kernel's count");
        for (var one : accepts) {
            tables.row(
                    one.concurrent,
                    one.bytes,
                    text(one.p50Ms, 2),
                    text(one.p99Ms, 2),
                    text(one.perSecond, 0),
                    text(one.syncs, 3),
                    text(one.diskBytes, 0),
                    text(one.kernelBytes, 0));
        }
        tables.table("Starting with calls on disk", "calls", "file, MB", "opened, ms", "first calls in memory, ms", "");
        var first = Spread.of(recoveries.stream().mapToDouble(Recovery::firstMs));
        tables.row(
                calls,
                recoveries.getFirst().fileBytes >> 20,
                Spread.of(recoveries.stream().mapToDouble(Recovery::openMs)).text(0),
                first.text(0),
                calls < 100_000 ? "" : first.max() < 2000 ? "met (< 2 s)" : "**missed** (< 2 s)");
        tables.say("Calls that were not found again: " + missing + ".");
        return tables.lines();
    }

    private static String text(double value, int digits) {
        return Spread.of(value).text(digits);
    }
}
