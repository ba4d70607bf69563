package dev.fern.e2e.fault;

import dev.fern.e2e.bench.Functions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The function that all messages go through: it takes its time and answers with what it got. To nothing it answers
/// with
/// its version.
///
/// @param on options of its trigger
/// @param to options of its target, each with an & before it
/// @param workMs how long it takes
/// @param flaky whether it fails the first time at every tenth message
record Slow(String on, String to, long workMs, boolean flaky) {
    static final String APP = "field";
    static final String NAME = "slow";

    private static final String SOURCE = """
            package com.example.fn;
            public class %s {
                static final java.util.Set<String> FAILED = java.util.concurrent.ConcurrentHashMap.newKeySet();
                public byte[] handle(byte[] body) throws InterruptedException {
                    if (body.length == 0) {
                        return "version VERSION".getBytes();
                    }
                    String text = new String(body);
                    if (FLAKY && text.endsWith("7") && FAILED.add(text)) {
                        throw new IllegalStateException("the first time");
                    }
                    Thread.sleep(WORK);
                    return body;
                }
            }
            """;

    /// One that fails never.
    Slow(String on, String to, long workMs) {
        this(on, to, workMs, false);
    }

    /// Writes it as its developer would have it after `mvn package`.
    ///
    /// @param parent of the app's folder
    Path write(Path parent, int version) throws IOException {
        return Functions.write(
                parent.resolve(APP),
                NAME,
                SOURCE.replace("WORK", String.valueOf(workMs))
                        .replace("VERSION", String.valueOf(version))
                        .replace("FLAKY", String.valueOf(flaky)),
                List.of(
                        "fern/on/in: \"mqtt:in/+?" + on + "\"",
                        "fern/to/out: \"mqtt:out/{1}?broker=counting" + to + "\""));
    }
}
