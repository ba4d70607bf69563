package dev.fern.e2e.bench;

import dev.fern.e2e.bench.Contender.Broker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/// Lets all contenders do the same, in turns, round after round: what disturbs the machine disturbs them all.
///
/// @param measured everything
/// @param diskMs one write and sync of 4 KB where the daemon keeps its calls
/// @param probe what [FunctionProbe] wrote
/// @param empty the daemon's memory when it was ready, without any function
/// @param deployed its memory with the functions deployed, before the first message
/// @param worked its memory after all the work
public record Contest(
        List<Measured> measured, Spread diskMs, List<String> probe, Memory empty, Memory deployed, Memory worked) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// What a contender is asked to do.
    enum Task {
        /// 20 messages a second.
        SLOW(20),
        /// 200 messages a second.
        STEADY(200),
        /// As many as come back.
        FULL(0);

        final int perSecond;

        Task(int perSecond) {
            this.perSecond = perSecond;
        }
    }

    /// How much of each.
    ///
    /// @param brokers for throughput; latency is measured with the first
    /// @param slow how long one run of [Task#SLOW] takes; zero for none
    /// @param warmUp before each run of [Task#FULL], and four times that long before the first
    /// @param window messages on the way in [Task#FULL]
    /// @param functions of each kind that the probe loads
    public record Plan(
            List<Broker> brokers,
            int rounds,
            Duration slow,
            Duration steady,
            Duration full,
            Duration warmUp,
            int window,
            int functions) {
        /// About five minutes.
        public static final Plan LONG = new Plan(
                List.of(Broker.STOCK, Broker.UNLIMITED),
                3,
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                Duration.ofMillis(2000),
                Duration.ofMillis(500),
                100,
                21);
        /// Some seconds: whether it works at all.
        public static final Plan SHORT = new Plan(
                List.of(Broker.STOCK),
                1,
                Duration.ZERO,
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                Duration.ofMillis(100),
                100,
                4);
    }

    /// One contender at one task in one round.
    ///
    /// @param cpuMicros what its process used of the processors, for each message
    /// @param written all that the daemon wrote meanwhile, warm-up included; nothing of it by rivals
    record Measured(Contender contender, Task task, int round, Load.Result result, double cpuMicros, Written written) {
        double bytesPerMessage() {
            return (double) written.bytes() / Math.max(1, result.sent());
        }

        double commitsPerMessage() {
            return (double) written.commits() / Math.max(1, result.sent());
        }
    }

    /// Runs it all.
    ///
    /// @param progress hears a line now and then
    public static Contest run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("starting brokers, registry, cloud, daemon and rivals");
        var loads = new ArrayList<Load>();
        try (var arena = new Arena(plan.brokers)) {
            for (var contender : arena.contenders()) {
                loads.add(new Load(contender, PATIENCE));
            }
            var deployed = arena.memory();
            progress.accept("warming up");
            for (var load : loads) {
                load.windowed(plan.window, Duration.ZERO, plan.warmUp.multipliedBy(4));
            }
            var measured = new ArrayList<Measured>();
            for (int round = 1; round <= plan.rounds; round++) {
                for (var task : Task.values()) {
                    progress.accept("round " + round + " of " + plan.rounds + ": " + task);
                    for (var load : round % 2 == 1 ? loads : loads.reversed()) {
                        measure(arena, load, task, round, plan, measured);
                    }
                }
            }
            var worked = arena.memory();
            progress.accept("disk and functions");
            return new Contest(
                    measured, disk(arena.data()), arena.probe(plan.functions), arena.empty(), deployed, worked);
        } finally {
            for (var load : loads) {
                load.close();
            }
        }
    }

    private static void measure(Arena arena, Load load, Task task, int round, Plan plan, List<Measured> into)
            throws IOException, InterruptedException {
        var contender = load.contender();
        var length = task == Task.SLOW ? plan.slow : plan.steady;
        if (task != Task.FULL && (length.isZero() || contender.broker() != plan.brokers.getFirst())) {
            return;
        }
        var writtenBefore = arena.written();
        var before = contender.cpu();
        var result = task == Task.FULL
                ? load.windowed(plan.window, plan.warmUp, plan.full)
                : load.paced(task.perSecond, length);
        double cpuMicros = contender.cpu().minus(before).toNanos() / 1e3 / Math.max(1, result.sent());
        var written = arena.written().since(writtenBefore);
        into.add(new Measured(contender, task, round, result, cpuMicros, written));
    }

    private static Spread disk(Path folder) throws IOException {
        var ms = new double[50];
        var file = folder.resolve("sync-probe");
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < ms.length; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocate(4096));
                channel.force(false);
                ms[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        return Spread.of(ms);
    }

    /// Messages that never came back.
    public int lost() {
        return measured.stream().mapToInt(one -> one.result.lost()).sum();
    }

    /// Messages that came back more than once.
    public int duplicated() {
        return measured.stream().mapToInt(one -> one.result.duplicated()).sum();
    }

    /// Messages in all.
    public int sent() {
        return measured.stream().mapToInt(one -> one.result.sent()).sum();
    }

    List<Measured> of(Way way, Broker broker, Task task) {
        return measured.stream()
                .filter(one -> one.contender.way() == way && one.contender.broker() == broker && one.task == task)
                .toList();
    }

    Spread spread(Way way, Broker broker, Task task, ToDoubleFunction<Measured> value) {
        return Spread.of(of(way, broker, task).stream().mapToDouble(value));
    }

    /// Throughput against that of a rival, round by round.
    Spread ratio(Way way, Way rival, Broker broker) {
        var ours = of(way, broker, Task.FULL);
        var theirs = of(rival, broker, Task.FULL);
        var ratios = new double[ours.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i).result.perSecond() / theirs.get(i).result.perSecond();
        }
        return Spread.of(ratios);
    }
}
