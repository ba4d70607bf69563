package dev.fern.e2e.image;

import dev.fern.e2e.Sandbox;
import dev.fern.e2e.bench.Functions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A device without a card: a few files in RAM, and pins that its kernel simulates, so that edges come in on arm64.
final class Tiny {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /// Makes of an edge what an output understands.
    private static final String FOLLOW = """
            package com.example.fn;
            public class %s {
                public String handle(String edge) {
                    return edge.contains("rising") ? "high" : "low";
                }
            }
            """;

    /// The inputs that were played last, and held.
    private static final String TESTED = "arm-images/guest/tested";

    private Tiny() {}

    /// Whether it was played with what decides how pins work on arm64 now, and held.
    static boolean isTested(Sandbox sandbox, Path home) throws IOException, InterruptedException {
        return Files.readString(home.resolve(TESTED)).strip().equals(inputs(sandbox, home));
    }

    /// It was played now, and has held.
    static void remember(Sandbox sandbox, Path home) throws IOException, InterruptedException {
        Files.writeString(home.resolve(TESTED), inputs(sandbox, home) + "\n");
    }

    /// By the script that knows which files decide.
    private static String inputs(Sandbox sandbox, Path home) throws IOException, InterruptedException {
        var script = home.resolve("arm-images/guest/inputs.sh").toAbsolutePath().toString();
        return sandbox.start(List.of(script), Map.of()).awaitSuccess(LIMIT).getLast();
    }

    /// Makes it, and switches it on; it does all by itself (arm-images/guest/init).
    static void play(Sandbox sandbox, Path home, Checks checks) throws IOException, InterruptedException {
        var functions = sandbox.folder("guest-functions");
        Functions.write(
                functions,
                "follow",
                FOLLOW,
                List.of("fern/on/door: \"gpio:17?edge=both\"", "fern/to/lamp: \"gpio:27?initial=low\""));
        var out = sandbox.folder("guest");
        var script = home.resolve("arm-images/guest.sh").toAbsolutePath().toString();
        sandbox.start(List.of(script, functions.toString(), out.toString()), Map.of())
                .awaitSuccess(LIMIT);
        checks.say("the tiny guest is made");
        var lines = sandbox.start(command(out), Map.of()).awaitSuccess(LIMIT);
        lines.stream().filter(line -> line.startsWith("SAYS ")).forEach(line -> checks.say(line.substring(5)));
        long passed = lines.stream().filter(line -> line.startsWith("PASS ")).count();
        lines.stream()
                .filter(line -> line.startsWith("PASS "))
                .forEach(line -> checks.hold(true, line.substring(5), ""));
        if (passed < 2) {
            checks.hold(false, "edges of a pin on arm64 run a function", String.join("\n", lines));
        }
    }

    private static List<String> command(Path out) {
        var command = new ArrayList<>(Board.QEMU);
        command.addAll(Board.virtual());
        command.addAll(List.of("-nographic", "-no-reboot", "-nic", "none"));
        command.addAll(List.of(
                "-kernel", out.resolve("kernel").toString(),
                "-initrd", out.resolve("initrd").toString(),
                "-append", "console=ttyAMA0 quiet loglevel=3 rdinit=/init panic=-1"));
        return command;
    }
}
