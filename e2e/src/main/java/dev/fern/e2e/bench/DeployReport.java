package dev.fern.e2e.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// [Deployments] as tables in Markdown, for docs/benchmarks.md. The first deployment of each function has a column of
/// its
/// own; all else is about the further ones.
final class DeployReport {
    private static final double TOTAL_MS = 2000;
    private static final double OURS_MS = 100;
    private static final double TIMES_BUNDLE = 3;

    private final List<Deployed> all;
    private final List<String> functions;
    private final Tables tables = new Tables();

    private DeployReport(List<Deployed> all) {
        this.all = all;
        functions = all.stream().map(Deployed::function).distinct().toList();
    }

    /// The tables, line by line.
    static List<String> of(List<Deployed> all) {
        var report = new DeployReport(all);
        report.times();
        report.sizes();
        report.targets();
        return report.tables.lines();
    }

    private Spread further(String function, ToDoubleFunction<Deployed> value) {
        return Spread.of(all.stream()
                .filter(one -> !one.first() && one.function().equals(function))
                .mapToDouble(value));
    }

    private Deployed first(String function) {
        return all.stream()
                .filter(one -> one.first() && one.function().equals(function))
                .findFirst()
                .orElseThrow();
    }

    private void times() {
        tables.table(
                "From the end of the push to the first answer, ms",
                "function",
                "its first",
                "further ones",
                "command tells the Fn server",
                "nudge",
                "definitions",
                "image",
                "unpack, sync, load",
                "first call",
                "of all: waiting for servers",
                "of all: the device's own");
        for (var function : functions) {
            tables.row(
                    function,
                    String.format(Locale.ROOT, "%.0f", first(function).totalMs()),
                    further(function, Deployed::totalMs).text(0),
                    further(function, Deployed::tellingMs).text(0),
                    further(function, Deployed::nudgeMs).text(0),
                    further(function, Deployed::readingMs).text(0),
                    further(function, Deployed::pullingMs).text(0),
                    further(function, Deployed::loadingMs).text(0),
                    further(function, Deployed::answeringMs).text(0),
                    further(function, Deployed::waitedMs).text(0),
                    further(function, Deployed::deviceMs).text(0));
        }
    }

    private void sizes() {
        tables.table(
                "Bytes of a deployment",
                "function",
                "its files",
                "whole image",
                "pushed",
                "pulled",
                "pulled to whole image",
                "written by the device",
                "to its files",
                "of it counted by Fern");
        for (var function : functions) {
            tables.row(
                    function,
                    further(function, one -> one.sizes().bundle()).text(0),
                    further(function, one -> one.sizes().image()).text(0),
                    further(function, one -> one.sizes().pushed()).text(0),
                    further(function, one -> one.sizes().pulled()).text(0),
                    further(
                                            function,
                                            one -> 100.0
                                                    * one.sizes().pulled()
                                                    / one.sizes().image())
                                    .text(3)
                            + " %",
                    further(function, one -> one.sizes().kernel()).text(0),
                    toBundle(function).text(2),
                    further(function, one -> one.sizes().counted()).text(0));
        }
    }

    private Spread toBundle(String function) {
        return further(
                function, one -> (double) one.sizes().kernel() / one.sizes().bundle());
    }

    private void targets() {
        tables.table("Targets of deployments", "what", "target", "measured", "");
        for (var function : functions) {
            atMost(function + ": push to first answer", "ms", TOTAL_MS, further(function, Deployed::totalMs), 0);
        }
        for (var function : functions) {
            atMost(function + ": of it the device's own", "ms", OURS_MS, further(function, Deployed::deviceMs), 0);
        }
        for (var function : functions) {
            atMost(function + ": written to its files", "times", TIMES_BUNDLE, toBundle(function), 2);
        }
    }

    private void atMost(String what, String unit, double most, Spread value, int digits) {
        tables.row(
                what,
                String.format(Locale.ROOT, "<= %.0f %s", most, unit),
                value.text(digits),
                value.median() <= most ? "met" : "**missed**");
    }
}
