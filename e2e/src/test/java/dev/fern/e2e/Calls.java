package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Calls functions of a daemon over HTTP, by name; some of them 50 times a second while a test does something bad.
final class Calls implements AutoCloseable {
    private static final long PAUSE_MS = 20;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    private final FernProcess fern;

    Calls(FernProcess fern) {
        this.fern = fern;
    }

    /// Status and body of the answer, such as `200 works`.
    String answer(String function, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(fern.url().resolve("/invoke/" + fern.functionId(function)))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var response = client.send(request, BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            throw new IOException(
                    e + "; the daemon " + end() + " and wrote: "
                            + fern.process().output(),
                    e);
        }
    }

    private String end() throws InterruptedException {
        TimeUnit.SECONDS.sleep(1); // if it is dying, until it is dead
        return fern.process().alive()
                ? "is alive"
                : "ended with exit code " + fern.process().exitCode();
    }

    /// Calls a bad function with each of these. It must be stopped and then work again, and good functions, which are
    /// called with `x` meanwhile, in turns, must each time answer `good x`.
    ///
    /// @param works what it answers `works` to
    void assertHarmless(String bad, String works, List<String> inputs, String... good)
            throws IOException, InterruptedException {
        assertThat(answer(bad, works)).isEqualTo("200 works");
        var neighbours = new Neighbours(List.of(good));
        for (var input : inputs) {
            var answer = answer(bad, input);
            System.out.println(input + ": " + answer);
            assertThat(answer).as(input).doesNotStartWith("200").doesNotStartWith("503");
            assertThat(answer(bad, works)).as("after " + input).isEqualTo("200 works");
            neighbours.assertUnharmed(input);
        }
        neighbours.stop();
    }

    @Override
    public void close() {
        client.close();
    }

    /// Good functions beside a bad one.
    private final class Neighbours {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        private final List<String> names;
        private final Thread thread;
        private final LongAdder calls = new LongAdder();

        private Neighbours(List<String> names) {
            this.names = names;
            thread = Thread.ofPlatform().start(this::run);
        }

        private void run() {
            try {
                while (!stop.get()) {
                    for (var name : names) {
                        var answer = answer(name, "x");
                        calls.increment();
                        if (!answer.equals("200 good x")) {
                            wrong.add(answer);
                        }
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MS); // the pace of the calls
                    }
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                wrong.add(e.toString());
            }
        }

        /// So far none of them has noticed anything.
        void assertUnharmed(String during) {
            assertThat(new ArrayList<>(wrong)).as("during " + during).isEmpty();
        }

        /// No further calls.
        void stop() throws InterruptedException {
            stop.set(true);
            thread.join();
            assertThat(calls.sum()).isPositive();
            assertUnharmed("all of it");
        }
    }
}
