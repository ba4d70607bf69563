package dev.fern.e2e.bench;

import dev.fern.e2e.bench.Runtimes.Profile;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// [Runtimes] as tables in Markdown, for docs/benchmarks.md.
public final class RuntimesReport {
    private final Runtimes runtimes;
    private final Tables tables = new Tables();

    private RuntimesReport(Runtimes runtimes) {
        this.runtimes = runtimes;
    }

    /// The tables, line by line.
    public static List<String> of(Runtimes runtimes) {
        var report = new RuntimesReport(runtimes);
        report.starts();
        report.cold();
        report.warm();
        report.targets();
        return report.tables.lines();
    }

    private void starts() {
        tables.table(
                "A daemon's start, with and without AOT cache",
                "functions",
                "cache",
                "ready, ms",
                "resident, MB",
                "its share (PSS), MB",
                "anonymous, MB",
                "first JavaScript call, ms",
                "that of a further function, ms");
        for (var javaScript : List.of(false, true)) {
            for (var cached : List.of(false, true)) {
                tables.row(
                        javaScript ? "Java, WebAssembly, 2 JavaScript" : "Java, WebAssembly",
                        !cached ? "none" : javaScript ? "full" : "base",
                        runtimes.starts(cached, javaScript, one -> one.readyMs())
                                .text(0),
                        mb(cached, javaScript, memory -> memory.rssKb()),
                        mb(cached, javaScript, memory -> memory.pssKb()),
                        mb(cached, javaScript, memory -> memory.anonymousKb()),
                        javaScript
                                ? runtimes.starts(cached, true, one -> one.firstMs())
                                        .text(0)
                                : "",
                        javaScript
                                ? runtimes.starts(cached, true, one -> one.furtherMs())
                                        .text(1)
                                : "");
            }
        }
        tables.say("`fern status`: " + status(Profile.NONE) + " ms without cache, " + status(Profile.BASE)
                + " ms with base.");
    }

    private String status(Profile profile) {
        return Spread.of(runtimes.statusMs.getOrDefault(profile, List.of()).stream()
                        .mapToDouble(Double::doubleValue))
                .text(0);
    }

    private String mb(boolean cached, boolean javaScript, ToDoubleFunction<Memory> value) {
        return runtimes.starts(cached, javaScript, one -> value.applyAsDouble(one.memory()) / 1000)
                .text(0);
    }

    private void cold() {
        tables.table(
                "A function's first call, loading included, ms",
                "function",
                "cache",
                "very first",
                "of it CPU",
                "further ones",
                "of it CPU",
                "a further one keeps, KB");
        for (var kind : RuntimeKind.values()) {
            for (var profile : Profile.values()) {
                if (kind.idleKb > 0 && has(kind, profile)) {
                    tables.row(
                            kind.title,
                            profile.name().toLowerCase(Locale.ROOT),
                            runtimes.first(kind, profile).text(0),
                            runtimes.probed(
                                            kind,
                                            profile,
                                            one -> one.all("cold-cpu").limit(1))
                                    .text(0),
                            runtimes.further(kind, profile).text(1),
                            runtimes.probed(
                                            kind,
                                            profile,
                                            one -> one.all("cold-cpu").skip(1))
                                    .text(1),
                            profile == best(kind) ? idleKb(kind).text(0) : "");
                }
            }
        }
        tables.row("a process for each call: java", "", once(runtimes.javaMs).text(0), "", "the same", "", "");
        tables.row("a process for each call: node", "", once(runtimes.nodeMs).text(0), "", "the same", "", "");
    }

    private boolean has(RuntimeKind kind, Profile profile) {
        return runtimes.probed.stream().anyMatch(one -> one.kind() == kind && one.profile() == profile);
    }

    private static Profile best(RuntimeKind kind) {
        return kind == RuntimeKind.JAVASCRIPT ? Profile.FULL : Profile.BASE;
    }

    private Spread idleKb(RuntimeKind kind) {
        return runtimes.probed(kind, best(kind), one -> one.all("memory").map(bytes -> bytes / 1000));
    }

    private static Spread once(List<Double> ms) {
        return Spread.of(ms.stream().mapToDouble(Double::doubleValue));
    }

    private Spread warmMicros(RuntimeKind kind) {
        return runtimes.probed(kind, best(kind), one -> one.all("warm").map(nanos -> nanos / 1000));
    }

    private void warm() {
        tables.table(
                "A warm call in the daemon's process",
                "function",
                "µs",
                "a process for each call is so many times slower");
        for (var kind : RuntimeKind.values()) {
            var once = kind == RuntimeKind.JAVA ? runtimes.javaMs : runtimes.nodeMs;
            var compared = kind == RuntimeKind.JAVA || kind == RuntimeKind.JAVASCRIPT;
            var micros = warmMicros(kind);
            tables.row(
                    kind.title,
                    micros.text(1),
                    compared ? Math.round(once(once).median() * 1000 / micros.median()) : "");
        }
        tables.say("A call of a process to a bare client on the same socket: "
                + runtimes.processToBare().text(2) + ".");
    }

    private void targets() {
        tables.table("Targets of the runtimes", "what", "target", "measured", "");
        var js = RuntimeKind.JAVASCRIPT;
        target("first JavaScript call in a running daemon, over HTTP", 200, "ms", starts(one -> one.firstMs()));
        target("the first of a further function", 15, "ms", starts(one -> one.furtherMs()));
        target("a first JavaScript function: load and call", 200, "ms", runtimes.first(js, Profile.FULL));
        target("a further one: load and call", 15, "ms", runtimes.further(js, Profile.FULL));
        target("WebAssembly, an empty call", 2, "µs", warmMicros(RuntimeKind.WASM_EMPTY));
        target("process call to a bare client", 1.3, "times", runtimes.processToBare());
        for (var kind : RuntimeKind.values()) {
            if (kind.idleKb > 0) {
                target("an idle function, " + kind.title, kind.idleKb, "KB", idleKb(kind));
            }
        }
    }

    private Spread starts(ToDoubleFunction<DaemonStarts.Start> value) {
        return runtimes.starts(true, true, value);
    }

    private void target(String what, double limit, String unit, Spread value) {
        var bound = limit == Math.rint(limit) ? String.valueOf((long) limit) : String.valueOf(limit);
        tables.row(what, "<= " + bound + " " + unit, value.text(2), value.median() <= limit ? "met" : "**missed**");
    }
}
