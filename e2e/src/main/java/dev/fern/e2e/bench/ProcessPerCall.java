package dev.fern.e2e.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a call costs that starts `java` or `node` anew: reads JSON from standard input, writes JSON, ends.
final class ProcessPerCall {
    private static final String NODE = """
            const reading = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            process.stdout.write(JSON.stringify({room: reading.room, hot: reading.celsius > 30}));
            """;
    /// With a pattern instead of a library: the least that Java can do.
    private static final String JAVA = """
            package com.example.fn;
            public class %s {
                public static void main(String[] args) throws Exception {
                    var text = new String(System.in.readAllBytes(), "UTF-8");
                    var found = java.util.regex.Pattern.compile("\\"celsius\\": ([0-9.]+)").matcher(text);
                    found.find();
                    System.out.print("{\\"hot\\":" + (Double.parseDouble(found.group(1)) > 30) + "}");
                }
            }
            """;

    private final List<String> node;
    private final List<String> java;

    ProcessPerCall(Path folder, DaemonLine daemon) throws IOException {
        var script = Files.writeString(folder.resolve("once.js"), NODE);
        node = List.of("node", script.toString());
        var built = Functions.write(folder, "once", JAVA, List.of());
        java = List.of(
                daemon.java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                built.resolve("target/once.jar").toString(),
                "com.example.fn.Once");
    }

    double javaMs() throws IOException, InterruptedException {
        return ms(java);
    }

    double nodeMs() throws IOException, InterruptedException {
        return ms(node);
    }

    private static double ms(List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write("{\"room\": \"bay 1\", \"celsius\": 31.5}");
        }
        var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        double ms = (System.nanoTime() - start) / 1e6;
        if (code != 0 || !answer.contains("\"hot\":true")) {
            throw new IOException(command.getFirst() + " ended with " + code + ": " + answer);
        }
        return ms;
    }
}
