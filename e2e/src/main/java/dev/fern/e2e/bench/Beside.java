package dev.fern.e2e.bench;

import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a good function notices of a bad one beside it: `./dev bench limits`. A real daemon with the heap that it has
/// by default; a Java function that is called 50 times a second whether or not the last call has ended; and a function
/// of each runtime that loops or eats memory, again and again.
///
/// @param rows one for each bad function
public record Beside(List<Row> rows) {
    private static final int PER_SECOND = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> RUNTIMES = List.of("java", "javascript", "wasm", "process");
    private static final int TARGET = 5;

    /// How long each part takes.
    ///
    /// @param bad what each runtime's function does
    public record Plan(Duration quiet, Duration loaded, List<String> bad) {
        /// About four minutes.
        public static final Plan LONG =
                new Plan(Duration.ofSeconds(6), Duration.ofSeconds(40), List.of("loop", "hog", "large", "churn"));
        /// Whether it works at all.
        public static final Plan SHORT = new Plan(Duration.ofMillis(500), Duration.ofMillis(500), List.of("hog"));
    }

    /// Calls of the good function during some time.
    record Heard(int calls, int lost, Spread ms, double p99) {}

    /// One bad function.
    ///
    /// @param ends how its calls ended: each different HTTP status with how often
    record Row(String runtime, String bad, Heard quiet, Heard beside, String ends) {
        double ratio() {
            return beside.p99 / quiet.p99;
        }
    }

    /// Measures all.
    ///
    /// @param progress is told what is measured now
    public static Beside run(Plan plan, Consumer<String> progress) throws IOException, InterruptedException {
        try (var sandbox = new Sandbox();
                var client = HttpClient.newBuilder()
                        .connectTimeout(Duration.ofSeconds(20))
                        .build()) {
            var folder = sandbox.folder("functions");
            BadFunctions.write(folder);
            try (var fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n")) {
                var arena = new Calls(client, fern);
                arena.during(plan.quiet, () -> {}); // what is called first is compiled
                var rows = new ArrayList<Row>();
                try {
                    for (var runtime : RUNTIMES) {
                        for (var bad : plan.bad) {
                            progress.accept(runtime + ", " + bad);
                            rows.add(arena.row(plan, runtime, bad));
                        }
                    }
                } catch (IOException e) {
                    throw new IOException(
                            "the daemon cannot be asked; it wrote:\n"
                                    + String.join("\n", fern.process().output()),
                            e);
                }
                return new Beside(rows);
            }
        }
    }

    /// Calls over HTTP.
    private record Calls(HttpClient client, FernProcess fern) {
        Row row(Plan plan, String runtime, String bad) throws IOException, InterruptedException {
            var id = fern.functionId(runtime);
            awaitWorking(runtime, id);
            var quiet = during(plan.quiet, () -> {});
            var ends = new ConcurrentLinkedQueue<String>();
            var caller = new AtomicInteger(1);
            var thread = Thread.ofPlatform().unstarted(() -> {
                while (caller.get() > 0) {
                    var response = answer(send(id, bad));
                    ends.add(response == null ? "none" : String.valueOf(response.statusCode()));
                    await(response);
                }
            });
            var beside = during(plan.loaded, thread::start);
            caller.set(0);
            thread.interrupt();
            thread.join(PATIENCE);
            var text = ends.stream()
                    .distinct()
                    .sorted()
                    .map(end -> end + " x " + ends.stream().filter(end::equals).count());
            return new Row(runtime, bad, quiet, beside, String.join(", ", text.toList()));
        }

        /// It may still be held back for what it did before.
        private void awaitWorking(String runtime, String id) throws IOException {
            var response = answer(send(id, "x"));
            while (response != null && response.statusCode() == 503) {
                await(response);
                response = answer(send(id, "x"));
            }
            if (response == null || !response.body().equals("x")) {
                throw new IOException("the function " + runtime + " does not work: "
                        + (response == null ? "no answer" : response.body()));
            }
        }

        /// Waits as long as an answer asks for, as a good client does.
        private static void await(@Nullable HttpResponse<?> answer) {
            int seconds = answer == null
                    ? 0
                    : (int) answer.headers().firstValueAsLong("Retry-After").orElse(0);
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
        }

        private CompletableFuture<HttpResponse<String>> send(String id, String body) {
            var request = HttpRequest.newBuilder(fern.url().resolve("/invoke/" + id))
                    .timeout(PATIENCE)
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.sendAsync(request, BodyHandlers.ofString());
        }

        private static @Nullable HttpResponse<String> answer(CompletableFuture<HttpResponse<String>> call) {
            return call.handle((response, _) -> response).join();
        }

        /// Calls the good function for so long. A call's time runs from when it was due.
        Heard during(Duration time, Runnable beginning) throws IOException, InterruptedException {
            var good = fern.functionId("good");
            var nanos = new ConcurrentLinkedQueue<Long>();
            var calls = new ArrayList<CompletableFuture<Boolean>>();
            long start = System.nanoTime();
            beginning.run();
            for (long due = start; due - start < time.toNanos(); due += 1_000_000_000L / PER_SECOND) {
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                long at = due;
                calls.add(send(good, "good").handle((response, _) -> {
                    nanos.add(System.nanoTime() - at);
                    return response != null
                            && response.statusCode() == 200
                            && response.body().equals("good");
                }));
            }
            int lost = (int) calls.stream().filter(call -> !call.join()).count();
            var sorted = nanos.stream().mapToDouble(one -> one / 1e6).sorted().toArray();
            int rank = (int) Math.ceil(0.99 * sorted.length);
            return new Heard(calls.size(), lost, Spread.of(sorted), sorted[rank - 1]);
        }
    }

    /// Calls of the good function that got no or a wrong answer.
    public int lost() {
        return rows.stream().mapToInt(row -> row.quiet.lost + row.beside.lost).sum();
    }

    /// As tables in Markdown, for docs/benchmarks.md.
    public List<String> report() {
        var lines = new ArrayList<>(List.of(
                "",
                "### Beside a bad function",
                "",
                "| runtime | what it does | quiet p50, ms | quiet p99 | beside p50 | beside p99 | p99 to quiet | calls |"
                        + " lost | its calls ended with |  |",
                "|" + " --- |".repeat(11)));
        for (var row : rows) {
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.2f | %.2f | %.2f | %.2f | %.1f | %d | %d | %s | %s |",
                    row.runtime,
                    row.bad,
                    row.quiet.ms.median(),
                    row.quiet.p99,
                    row.beside.ms.median(),
                    row.beside.p99,
                    row.ratio(),
                    row.quiet.calls + row.beside.calls,
                    row.quiet.lost + row.beside.lost,
                    row.ends,
                    row.ratio() <= TARGET ? "met" : "**missed**"));
        }
        lines.add("");
        lines.add("Target: p99 within " + TARGET + " times the quiet one, none lost. Lost: " + lost() + ".");
        return lines;
    }
}
