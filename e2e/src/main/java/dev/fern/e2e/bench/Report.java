package dev.fern.e2e.bench;

import dev.fern.e2e.bench.Contender.Broker;
import dev.fern.e2e.bench.Contest.Task;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// A contest as tables in Markdown, for docs/benchmarks.md.
public final class Report {
    private final Contest contest;
    private final Tables tables = new Tables();

    private Report(Contest contest) {
        this.contest = contest;
    }

    /// The tables, line by line.
    public static List<String> of(Contest contest) {
        var report = new Report(contest);
        report.latency();
        report.throughput();
        report.disk();
        report.functions();
        report.memory();
        report.targets();
        return report.tables.lines();
    }

    private boolean has(Way way, Broker broker, Task task) {
        return !contest.of(way, broker, task).isEmpty();
    }

    private void latency() {
        tables.table("Latency, ms", "QoS", "contender", "20/s p50", "20/s p99", "200/s p50", "200/s p99");
        for (var way : Way.values()) {
            tables.row(
                    way.qos,
                    way.title,
                    ms(way, Task.SLOW, 50),
                    ms(way, Task.SLOW, 99),
                    ms(way, Task.STEADY, 50),
                    ms(way, Task.STEADY, 99));
        }
    }

    private String ms(Way way, Task task, double percent) {
        return has(way, Broker.STOCK, task) ? latency(way, task, percent).text(2) : "";
    }

    private Spread latency(Way way, Task task, double percent) {
        return contest.spread(way, Broker.STOCK, task, one -> one.result().ms(percent));
    }

    private void throughput() {
        for (var broker : Broker.values()) {
            if (!has(Way.BARE_AUTO, broker, Task.FULL)) {
                continue;
            }
            tables.table(
                    "Throughput, max_inflight_messages " + (broker == Broker.STOCK ? "20 (stock)" : "0 (unlimited)"),
                    "QoS",
                    "contender",
                    "messages/s",
                    "to by hand",
                    "to at once",
                    "CPU µs/message");
            for (var way : Way.values()) {
                tables.row(
                        way.qos,
                        way.title,
                        contest.spread(
                                        way,
                                        broker,
                                        Task.FULL,
                                        one -> one.result().perSecond())
                                .text(0),
                        way.qos == 0
                                ? ""
                                : contest.ratio(way, Way.BARE_MANUAL, broker).text(2),
                        contest.ratio(way, way.qos == 0 ? Way.BARE_0 : Way.BARE_AUTO, broker)
                                .text(2),
                        contest.spread(way, broker, Task.FULL, Contest.Measured::cpuMicros)
                                .text(0));
            }
        }
    }

    private void disk() {
        tables.table("Written for a message", "contender", "when", "bytes", "commits, each with one sync");
        for (var way : List.of(Way.FERN_BROKER, Way.FERN_DISK)) {
            for (var task : Task.values()) {
                if (has(way, Broker.STOCK, task)) {
                    tables.row(
                            way.title,
                            task == Task.FULL ? "as many as come back" : task.perSecond + "/s",
                            contest.spread(way, Broker.STOCK, task, Contest.Measured::bytesPerMessage)
                                    .text(0),
                            contest.spread(way, Broker.STOCK, task, Contest.Measured::commitsPerMessage)
                                    .text(2));
                }
            }
        }
    }

    private void functions() {
        tables.table(
                "One more Java function", "kind", "very first, ms", "further ones, ms", "heap, KB", "metaspace, KB");
        for (var kind : List.of("bytes", "json")) {
            var loads = loads(kind);
            var memory = probed(kind + " memory ").getFirst().split(" ");
            tables.row(
                    kind.equals("bytes") ? "bytes in, bytes out" : "JSON in, JSON out",
                    String.format(Locale.ROOT, "%.0f", loads[0]),
                    further(kind).text(1),
                    Long.parseLong(memory[0]) / 1000,
                    Long.parseLong(memory[1]) / 1000);
        }
    }

    private Spread further(String kind) {
        return Spread.of(DoubleStream.of(loads(kind)).skip(1));
    }

    private double[] loads(String kind) {
        return probed(kind + " load ").stream().mapToDouble(Double::parseDouble).toArray();
    }

    private List<String> probed(String prefix) {
        return contest.probe().stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    private void memory() {
        tables.table("The daemon's memory, MB", "when", "resident", "of it anonymous");
        memory("ready, no function", contest.empty());
        memory("functions deployed, no message yet", contest.deployed());
        memory("after all of the above", contest.worked());
    }

    private void memory(String when, Memory memory) {
        tables.row(when, memory.rssKb() / 1000, memory.anonymousKb() / 1000);
    }

    private void targets() {
        tables.table("Targets", "what", "target", "measured", "");
        for (var way : List.of(Way.FERN_0, Way.FERN_BROKER, Way.FERN_DISK)) {
            for (var task : List.of(Task.SLOW, Task.STEADY)) {
                if (has(way, Broker.STOCK, task)) {
                    atMost(
                            "p50 at " + task.perSecond + "/s, QoS " + way.qos + ", " + way.title,
                            "< 1 ms",
                            1,
                            latency(way, task, 50));
                }
            }
        }
        for (var broker : Broker.values()) {
            if (has(Way.FERN_0, broker, Task.FULL)) {
                var with = ", " + broker.name().toLowerCase(Locale.ROOT);
                atLeast("QoS 0 to bare" + with, 0.7, contest.ratio(Way.FERN_0, Way.BARE_0, broker));
                atLeast("broker to by hand" + with, 0.8, contest.ratio(Way.FERN_BROKER, Way.BARE_MANUAL, broker));
                atLeast("disk to by hand" + with, 0.4, contest.ratio(Way.FERN_DISK, Way.BARE_MANUAL, broker));
            }
        }
        for (var kind : List.of("bytes", "json")) {
            atMost("a further function, " + kind, "<= 10 ms", 10, further(kind));
        }
        tables.say(String.format(
                Locale.ROOT,
                "%d messages, %d lost, %d duplicated. One write and sync of 4 KB on this disk: %s ms.",
                contest.sent(),
                contest.lost(),
                contest.duplicated(),
                contest.diskMs().text(2)));
    }

    private void atMost(String what, String target, double limit, Spread value) {
        tables.row(what, target, value.text(2), value.median() <= limit ? "met" : "**missed**");
    }

    private void atLeast(String what, double limit, Spread value) {
        tables.row(what, ">= " + limit, value.text(2), value.median() >= limit ? "met" : "**missed**");
    }
}
