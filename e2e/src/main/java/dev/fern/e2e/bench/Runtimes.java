package dev.fern.e2e.bench;

import dev.fern.e2e.Sandbox;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/// Measures what functions of each runtime cost, and what the AOT caches bring: daemons as users start them, and
/// [RuntimeProbe] in JVMs with their flags, all in turns.
public final class Runtimes {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final String FDK = System.getProperty("fern.dist", "target/fern") + "/lib/fdk";

    /// How much of each.
    ///
    /// @param functions of a kind that a probe loads
    /// @param calls of a round
    public record Plan(int rounds, int functions, int calls) {
        /// Some minutes.
        public static final Plan LONG = new Plan(3, 51, 4000);
        /// Whether it works at all.
        public static final Plan SHORT = new Plan(1, 3, 100);
    }

    /// What the JVM of a daemon or probe had.
    enum Profile {
        NONE,
        BASE,
        FULL
    }

    /// What one probe wrote.
    record Probed(RuntimeKind kind, Profile profile, List<String> lines) {
        DoubleStream all(String prefix) {
            return lines.stream()
                    .filter(line -> line.startsWith(prefix + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(prefix.length() + 1)));
        }
    }

    final List<DaemonStarts.Start> starts = new ArrayList<>();
    final List<Probed> probed = new ArrayList<>();
    final List<Double> javaMs = new ArrayList<>();
    final List<Double> nodeMs = new ArrayList<>();
    final Map<Profile, List<Double>> statusMs = new EnumMap<>(Profile.class);
    private final Plan plan;
    private final Sandbox sandbox;

    private Runtimes(Plan plan, Sandbox sandbox) {
        this.plan = plan;
        this.sandbox = sandbox;
    }

    /// Runs it all.
    ///
    /// @param progress hears a line now and then
    public static Runtimes run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        try (var sandbox = new Sandbox()) {
            var runtimes = new Runtimes(plan, sandbox);
            runtimes.run(progress);
            return runtimes;
        }
    }

    private void run(Consumer<String> progress) throws IOException, InterruptedException {
        progress.accept("starting daemons, and preparing functions");
        var images = sandbox.folder("images");
        for (var kind : RuntimeKind.values()) {
            for (int i = 0; i < (kind.idleKb == 0 ? 1 : plan.functions); i++) {
                kind.prepare(images, i);
            }
        }
        var daemons = new ArrayList<DaemonStarts>();
        try {
            for (var javaScript : List.of(false, true)) {
                daemons.add(new DaemonStarts(sandbox, false, javaScript));
                daemons.add(new DaemonStarts(sandbox, true, javaScript));
            }
            for (int round = 1; round <= plan.rounds; round++) {
                progress.accept("round " + round + " of " + plan.rounds);
                for (var daemon : round % 2 == 1 ? daemons : daemons.reversed()) {
                    starts.add(daemon.again());
                }
                status(daemons.getFirst());
                var base = daemons.get(1).line();
                probes(images, base, daemons.get(3).line());
                var once = new ProcessPerCall(Files.createTempDirectory(sandbox.folder(), "once"), base);
                for (int i = 0; i < 5; i++) {
                    javaMs.add(once.javaMs());
                    nodeMs.add(once.nodeMs());
                }
            }
        } finally {
            for (var daemon : daemons) {
                daemon.close();
            }
        }
    }

    private void status(DaemonStarts daemon) throws IOException, InterruptedException {
        for (var profile : List.of(Profile.NONE, Profile.BASE)) {
            statusMs.computeIfAbsent(profile, _ -> new ArrayList<>())
                    .add(daemon.statusMs(sandbox, profile == Profile.BASE));
        }
    }

    private void probes(Path images, DaemonLine base, DaemonLine full) throws IOException, InterruptedException {
        for (var kind : RuntimeKind.values()) {
            boolean javaScript = kind == RuntimeKind.JAVASCRIPT;
            var profile = javaScript ? Profile.FULL : Profile.BASE;
            probed.add(probe(kind, profile, javaScript ? full : base, images, plan.functions));
        }
        // only the first functions matter here
        var cold = Math.min(plan.functions, 6);
        for (var profile : List.of(Profile.NONE, Profile.BASE)) {
            probed.add(probe(RuntimeKind.JAVASCRIPT, profile, base, images, cold));
        }
        for (var kind : List.of(RuntimeKind.JAVA, RuntimeKind.WASM)) {
            probed.add(probe(kind, Profile.NONE, base, images, cold));
        }
    }

    private Probed probe(RuntimeKind kind, Profile profile, DaemonLine line, Path images, int functions)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(line.java());
        command.addAll(line.flags());
        if (profile != Profile.NONE) {
            command.addAll(line.cacheFlags());
        }
        // behind the jars that the cache knows
        var classPath = line.classPath() + File.pathSeparator + Functions.origin(RuntimeProbe.class);
        command.addAll(List.of(
                "-cp",
                classPath,
                RuntimeProbe.class.getName(),
                kind.name(),
                FDK,
                images.toString(),
                String.valueOf(kind.idleKb == 0 ? 1 : functions),
                String.valueOf(plan.calls)));
        var environment = Map.of("MALLOC_ARENA_MAX", "2");
        return new Probed(kind, profile, sandbox.start(command, environment).awaitSuccess(PATIENCE));
    }

    Spread starts(boolean cached, boolean javaScript, ToDoubleFunction<DaemonStarts.Start> value) {
        return Spread.of(starts.stream()
                .filter(one -> one.cached() == cached && one.javaScript() == javaScript)
                .mapToDouble(value));
    }

    /// That of all rounds.
    Spread probed(RuntimeKind kind, Profile profile, Function<Probed, DoubleStream> values) {
        return Spread.of(probed.stream()
                .filter(one -> one.kind() == kind && one.profile() == profile)
                .flatMapToDouble(values));
    }

    Spread first(RuntimeKind kind, Profile profile) {
        return probed(kind, profile, one -> one.all("cold").limit(1));
    }

    Spread further(RuntimeKind kind, Profile profile) {
        return probed(kind, profile, one -> one.all("cold").skip(1));
    }

    /// One process at a time against the bare client in the same round.
    Spread processToBare() {
        return probed(RuntimeKind.PROCESS, Profile.BASE, one -> {
            var warm = one.all("warm").toArray();
            var bare = one.all("bare").toArray();
            var ratios = new double[warm.length];
            for (int i = 0; i < warm.length; i++) {
                ratios[i] = warm[i] / bare[i];
            }
            return DoubleStream.of(ratios);
        });
    }
}
