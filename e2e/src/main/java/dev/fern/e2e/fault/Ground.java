package dev.fern.e2e.fault;

import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Mosquitto;
import dev.fern.e2e.Sandbox;
import dev.fern.e2e.bench.Functions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A device with one slow function between two brokers: one that a scenario may harm, and one that nobody does,
/// where the results are counted.
final class Ground implements AutoCloseable {
    /// What mosquitto sends ahead of acknowledgements, as it does by default.
    static final int AHEAD = 20;

    private static final String SLOW = """
            package com.example.fn;
            public class %s {
                public byte[] handle(byte[] body) throws InterruptedException {
                    Thread.sleep(WORK);
                    return body;
                }
            }
            """;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    final Sandbox sandbox = new Sandbox();
    final Mosquitto broker;
    final Mosquitto counting;
    final FernProcess fern;

    /// Starts all.
    ///
    /// @param durable how the trigger's messages are kept
    /// @param workMs how long the function takes
    Ground(String durable, long workMs) throws IOException, InterruptedException {
        try {
            // all is kept for who is absent: by default it is 1,000 messages
            broker = Mosquitto.start(sandbox, "max_queued_messages 0", "max_inflight_messages " + AHEAD);
            counting = Mosquitto.start(sandbox, "max_queued_messages 0");
            var functions = sandbox.folder("functions/field");
            Functions.write(
                    functions,
                    "slow",
                    SLOW.replace("WORK", String.valueOf(workMs)),
                    List.of(
                            "fern/on/in: \"mqtt:in/+?durable=" + durable + "\"",
                            "fern/to/out: \"mqtt:out/{1}?broker=counting\""));
            fern = FernProcess.start(sandbox, """
                    functions: "%s"
                    mqtt: {url: "%s"}
                    brokers: {counting: {url: "%s"}}
                    """.formatted(functions, broker.url(), counting.url()))
                    .awaitListening();
        } catch (IOException | InterruptedException | RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    Stream stream() throws IOException {
        return new Stream(broker.url(), counting.url());
    }

    /// Waits until all that was sent has come out, then stops the device and hears its last words.
    void finish(Stream stream) throws IOException, InterruptedException {
        stream.awaitAll();
        fern.stop();
        stream.catchUp();
    }

    /// What may be asked again and again.
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /// Waits for it, a minute at most.
    ///
    /// @return whether it came to hold
    boolean await(Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    /// The sum of a metric of the daemon.
    double metric(String name) throws IOException, InterruptedException {
        return fern.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /// Whether the daemon's status has that text in it.
    boolean says(String text) throws IOException, InterruptedException {
        return fern.get("/fern/status").body().contains(text);
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
