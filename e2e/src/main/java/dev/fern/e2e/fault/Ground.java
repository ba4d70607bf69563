package dev.fern.e2e.fault;

import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Mosquitto;
import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A device with one slow function between two brokers: one that a scenario may harm, and one that nobody does,
/// where the results are counted.
final class Ground implements AutoCloseable {
    /// Messages that are sent and have not come out yet, at the most.
    static final int UNDER_WAY = 150;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    final Sandbox sandbox = new Sandbox();
    final Mosquitto broker;
    final Mosquitto counting;
    final FernProcess fern;
    private final Extra[] extras;
    private final Set<String> complaints = new LinkedHashSet<>();
    private double unseen;

    /// Starts all, with the function in a folder.
    ///
    /// @param durable how the trigger's messages are kept
    /// @param workMs how long the function takes
    Ground(String durable, long workMs) throws IOException, InterruptedException {
        this(new Slow("durable=" + durable, "", workMs));
    }

    /// The same with extras.
    Ground(Slow slow, Extra... extras) throws IOException, InterruptedException {
        try {
            var functions = sandbox.folder("functions");
            slow.write(functions, 1);
            var environment = new HashMap<String, String>();
            for (var extra : extras) {
                environment.putAll(extra.prepare(sandbox, functions));
            }
            // all is kept for who is absent: by default it is 1,000 messages
            broker = Mosquitto.start(sandbox, "max_queued_messages 0", of(extras, Extra::broker));
            counting = Mosquitto.start(sandbox, "max_queued_messages 0");
            var source = of(extras, Extra::source);
            fern = FernProcess.start(
                            sandbox,
                            """
                    %s
                    mqtt: {url: "%s"%s}
                    brokers: {counting: {url: "%s"}}
                    """.formatted(
                                    source.isEmpty() ? "functions: \"" + functions.resolve(Slow.APP) + "\"" : source,
                                    broker.url(),
                                    of(extras, Extra::mqtt),
                                    counting.url()),
                            environment)
                    .awaitListening();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close(extras);
            throw e;
        }
        this.extras = extras;
    }

    private static String of(Extra[] extras, Function<Extra, String> part) {
        return Arrays.stream(extras).map(part).collect(Collectors.joining());
    }

    Stream stream() throws IOException {
        return new Stream(broker.url(), counting.url());
    }

    /// Waits until all that was sent has come out, then stops the device and hears its last words.
    ///
    /// @param verdict hears what the device knows of those that did not
    void finish(Stream stream, Verdict verdict) throws IOException, InterruptedException {
        stream.awaitAll();
        remember();
        verdict.hold(unseen == 0, "acknowledged " + unseen + " messages unseen");
        if (stream.tally().missing() > 0) {
            verdict.hold(false, whatBecame());
        }
        fern.stop();
        stream.catchUp();
    }

    /// Of messages that are missing.
    private String whatBecame() throws IOException, InterruptedException {
        return "the device owes " + fern.get("/fern/calls").body() + " and gave up "
                + fern.get("/fern/dead").body() + "; the broker dropped "
                + broker.said("dropped") + "; complaints: " + complaints;
    }

    /// What only this process of the daemon knows.
    private void remember() throws IOException, InterruptedException {
        unseen += metric("fern_mqtt_leftover_total");
        fern.process().output().stream()
                .filter(line -> line.startsWith("WARN") || line.startsWith("ERROR") || line.contains("was stopped"))
                .forEach(complaints::add);
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

    /// Kills the daemon, hears its last words, and notes what it still owes.
    void cut(Stream stream, Cuts cuts) throws IOException, InterruptedException {
        remember();
        fern.kill();
        noteCut(stream, cuts);
    }

    /// The daemon is dead: hears its last words, and notes what it still owes.
    void noteCut(Stream stream, Cuts cuts) throws IOException, InterruptedException {
        stream.catchUp();
        cuts.add(Owed.in(fern.data(), sandbox.folder("copies")));
    }

    /// Starts it if it may start: where it cannot, it says why and ends, and systemd would start it again.
    void restartIfItMay() throws InterruptedException {
        try {
            fern.restart();
        } catch (IOException e) {
            // there is another start when the harm is over
        }
    }

    /// The files of the daemon's state that it took for damaged; nothing here damages one.
    List<Path> setAside() throws IOException {
        try (var files = Files.list(fern.data())) {
            return files.filter(file -> file.toString().contains("damaged")).toList();
        }
    }

    /// What the version of the function that runs now says of itself.
    String version() throws IOException, InterruptedException {
        return fern.post("/invoke/" + fern.functionId(Slow.NAME), "").body();
    }

    @Override
    public void close() {
        close(extras);
    }

    private void close(Extra... all) {
        for (var extra : all) {
            extra.close();
        }
        sandbox.close();
    }
}
