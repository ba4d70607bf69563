package dev.fern.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Runs commands as a shell would, and keeps what they print.
final class Shell {
    private final Map<String, String> environment = new HashMap<>();
    private Launch launch = _ -> {
        throw new AssertionError("nothing is to be launched");
    };
    private Inspection inspection = new PlayedInspection();
    private byte[] input = new byte[0];

    /// What a command leaves behind.
    record Ran(int code, String out, String err) {}

    Shell variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Shell input(String text) {
        input = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    Shell launch(Launch daemon) {
        launch = daemon;
        return this;
    }

    Shell inspection(Inspection rooms) {
        inspection = rooms;
        return this;
    }

    Ran fern(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(
                new ByteArrayInputStream(input),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment);
        int code = Cli.run(args, launch, inspection, terminal);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
