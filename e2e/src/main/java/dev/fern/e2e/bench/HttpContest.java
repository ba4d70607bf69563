package dev.fern.e2e.bench;

import dev.fern.e2e.Child;
import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Sandbox;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/// What a function costs over HTTP: `./dev bench http`. An echo in Java behind a daemon's `/invoke`, and a bare handler
/// of the same web server that answers with the same, in a JVM with the same flags; [HttpLoad] calls them in turns.
///
/// @param runs in the order they were made
public record HttpContest(List<Run> runs) {
    private static final String FERN = "Fern";
    private static final String BARE = "bare";
    private static final double TARGET = 0.6;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DAEMON = System.getProperty("fern.dist", "target/fern") + "/lib";

    /// How much of each.
    ///
    /// @param length of a round of one server at one number of connections
    /// @param connections that call at once
    public record Plan(int rounds, Duration warmUp, Duration length, List<Integer> connections) {
        /// About two minutes.
        public static final Plan LONG = new Plan(6, Duration.ofSeconds(1), Duration.ofSeconds(4), List.of(1, 16));
        /// Whether it works at all.
        public static final Plan SHORT = new Plan(1, Duration.ofMillis(100), Duration.ofMillis(300), List.of(1, 16));
    }

    /// What one server did in one round.
    record Run(
            int connections,
            int round,
            String server,
            int answers,
            int wrong,
            double perSecond,
            double p50Micros,
            double p99Micros,
            double cpuMicros) {
        static Run parse(String line) {
            var words = line.split(" ");
            return new Run(
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    words[2],
                    Integer.parseInt(words[3]),
                    Integer.parseInt(words[4]),
                    Double.parseDouble(words[5]),
                    Double.parseDouble(words[6]),
                    Double.parseDouble(words[7]),
                    Double.parseDouble(words[8]));
        }
    }

    /// Measures all.
    ///
    /// @param progress is told what is measured now
    public static HttpContest run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        try (var sandbox = new Sandbox()) {
            var folder = sandbox.folder("functions");
            Functions.write(folder, "echo", Functions.ECHO, List.of());
            try (var fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n")) {
                fern.awaitListening();
                var daemon = DaemonLine.of(fern.process().pid());
                var bare = java(sandbox, daemon.java(), daemon.flags(), BareServer.class, DAEMON + "/*", List.of());
                bare.awaitLine("listening on ", PATIENCE);
                progress.accept("calling both in turns");
                var arguments = List.of(
                        String.valueOf(plan.rounds),
                        String.valueOf(plan.warmUp.toMillis()),
                        String.valueOf(plan.length.toMillis()),
                        String.join(
                                ",",
                                plan.connections.stream().map(String::valueOf).toList()),
                        server(FERN, fern.process(), fern.url().getPort(), "/invoke/" + fern.functionId("echo")),
                        server(BARE, bare, port(bare), "/"));
                var load = java(sandbox, daemon.java(), List.of(), HttpLoad.class, "", arguments);
                load.follow(progress);
                var limit = plan.warmUp
                        .plus(plan.length)
                        .multipliedBy(2L * plan.rounds * plan.connections.size())
                        .plus(PATIENCE);
                return new HttpContest(
                        load.awaitSuccess(limit).stream().map(Run::parse).toList());
            }
        }
    }

    private static int port(Child bare) {
        return bare.output().stream()
                .filter(line -> line.startsWith("listening on "))
                .map(line -> Integer.parseInt(line.substring("listening on ".length())))
                .findFirst()
                .orElseThrow();
    }

    private static String server(String name, Child process, int port, String path) {
        return name + "," + process.pid() + "," + port + "," + path;
    }

    private static Child java(
            Sandbox sandbox, String java, List<String> flags, Class<?> main, String libraries, List<String> arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(java));
        command.addAll(flags);
        command.addAll(List.of("-cp", Functions.origin(main) + File.pathSeparator + libraries, main.getName()));
        command.addAll(arguments);
        return sandbox.start(command, Map.of("MALLOC_ARENA_MAX", "2"));
    }

    /// Answers that were not what was sent, and connections that broke off.
    public int wrong() {
        return runs.stream().mapToInt(Run::wrong).sum();
    }

    private List<Run> of(String server, int connections) {
        return runs.stream()
                .filter(run -> run.server.equals(server) && run.connections == connections)
                .toList();
    }

    private Spread spread(String server, int connections, ToDoubleFunction<Run> value) {
        return Spread.of(of(server, connections).stream().mapToDouble(value));
    }

    /// Fern's to the bare handler's of the same round.
    private Spread ratio(int connections, ToDoubleFunction<Run> value) {
        var bare = of(BARE, connections);
        return Spread.of(of(FERN, connections).stream()
                .flatMapToDouble(run -> bare.stream()
                        .filter(other -> other.round == run.round)
                        .mapToDouble(other -> value.applyAsDouble(run) / value.applyAsDouble(other))));
    }

    /// As tables in Markdown, for docs/benchmarks.md.
    public List<String> report() {
        var tables = new Tables();
        var all = runs.stream().map(Run::connections).distinct().sorted().toList();
        tables.table(
                "Calls over HTTP",
                "connections",
                "server",
                "requests/s",
                "to bare",
                "p50, ms",
                "p99, ms",
                "p99 to bare",
                "CPU µs/request",
                "CPU to bare");
        for (int connections : all) {
            for (var server : List.of(BARE, FERN)) {
                boolean ours = server.equals(FERN);
                tables.row(
                        connections,
                        ours ? "Fern, `/invoke` of an echo in Java" : "bare Helidon handler",
                        spread(server, connections, Run::perSecond).text(0),
                        ours ? ratio(connections, Run::perSecond).text(2) : "",
                        spread(server, connections, run -> run.p50Micros / 1e3).text(3),
                        spread(server, connections, run -> run.p99Micros / 1e3).text(3),
                        ours ? ratio(connections, Run::p99Micros).text(2) : "",
                        spread(server, connections, Run::cpuMicros).text(0),
                        ours ? ratio(connections, Run::cpuMicros).text(1) : "");
            }
        }
        tables.table("Targets of HTTP", "what", "target", "measured", "");
        for (int connections : all) {
            var with = connections + (connections == 1 ? " connection" : " connections");
            var requests = ratio(connections, Run::perSecond);
            tables.row(
                    "requests/s to bare, " + with,
                    ">= " + TARGET,
                    requests.text(2),
                    requests.median() >= TARGET ? "met" : "**missed**");
            var p99 = ratio(connections, Run::p99Micros);
            tables.row(
                    "p99 to bare, " + with,
                    String.format(Locale.ROOT, "<= %.2f", 1 / TARGET),
                    p99.text(2),
                    p99.median() <= 1 / TARGET ? "met" : "**missed**");
        }
        tables.say(String.format(
                Locale.ROOT,
                "%d answers, %d wrong.",
                runs.stream().mapToLong(Run::answers).sum(),
                wrong()));
        return tables.lines();
    }
}
