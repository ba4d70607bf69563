package dev.fern.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a bad function can do, and that it does it to itself only. Each runtime extends this with bad functions in its
/// language. While each of them runs a good function is called 50 times a second, and none of its calls is lost.
///
/// A function that was stopped must work again, and one that is told to end must end: no thread may stay behind.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LimitsContract {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final int AT_ONCE = 6;
    private static final int GOOD_PER_SECOND = 50;
    private static final int LEAST_CALLS = 5;

    /// How the call of a bad function ends.
    public enum End {
        /// At its time-out.
        TIME,
        /// At its time-out or at the end of its memory, whichever a machine of this speed meets first.
        EITHER,
        /// When it has used more than its memory, or asks for too much at once.
        MEMORY,
        /// As a failed call, because of what it did.
        FAILS,
        /// With an answer: what was too much was cut or refused.
        ANSWERS;

        private boolean isTimed() {
            return this == TIME || this == EITHER;
        }
    }

    /// A bad function.
    ///
    /// @param code what [#bundle] makes the function of
    /// @param end how a call of it must end
    /// @param saying what the reason, the answer or the log says, or null
    public record Bad(
            String name, String code, End end, @Nullable String saying) {
        /// From a line `NAME | END | SAYING | CODE`.
        public static Bad parse(String line) {
            var words = line.split("\\|", 4);
            var saying = words[2].strip();
            return new Bad(
                    words[0].strip(),
                    words[3].strip(),
                    End.valueOf(words[1].strip()),
                    saying.isEmpty() ? null : saying);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    static Path folder;

    private final FakeTime time = new FakeTime();
    private Logs logs;
    private Invoker invoker;
    private int bundles;

    /// The runtime under test; the contract closes it.
    protected abstract FunctionRuntime runtime();

    /// Makes a function of what one of these said; called with the body `good` it answers `good`, with another one it
    /// does its bad work.
    protected abstract Bundle bundle(Path folder, String code);

    /// Memory of the functions.
    protected int memoryMb() {
        return 32;
    }

    /// Waits until nothing is left of calls that were ended, but threads: that is looked at here.
    protected void awaitEnded() throws InterruptedException {}

    /// The bad functions. Of those that end by [End#TIME] or [End#EITHER] the time-out is 1 s.
    protected abstract List<Bad> bad();

    @BeforeAll
    void open() throws Exception {
        logs = new Logs(time);
        invoker = new Invoker(16, time, logs, List.of(runtime()), new Metrics());
        install("app/good", new Bad("good", bad().getFirst().code, End.ANSWERS, null));
        assertThat(text(good("app/good"))).isEqualTo("good");
    }

    @AfterAll
    void close() {
        invoker.close();
    }

    private void install(String name, Bad of) throws InvalidDefinitionException, InterruptedException {
        var fn = Examples.fn(name);
        var timeout = of.end.isTimed() ? SHORT : PATIENCE;
        var bundle = bundle(folder.resolve("bundle-" + ++bundles), of.code);
        invoker.install(invoker.load(limited(fn, timeout), bundle));
    }

    private Fn limited(Fn fn, Duration timeout) {
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                memoryMb(),
                timeout,
                Duration.ofSeconds(30),
                fn.config(),
                fn.isolation(),
                1,
                false,
                false,
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }

    private CompletableFuture<Result> call(String fn, String body) {
        var done = new CompletableFuture<Result>();
        var event = Event.of(
                "/fern/test/http/x",
                Event.HTTP_REQUEST,
                null,
                Instant.EPOCH,
                "text/plain",
                Headers.NONE,
                Payload.of(body));
        var trigger = Examples.trigger(fn, "invoke", "invoke:x");
        invoker.submit(FnName.parse(fn), Call.first(trigger, event, Instant.EPOCH), false, done::complete);
        return done;
    }

    private Result good(String fn) throws Exception {
        return call(fn, "good").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static String text(Result result) {
        return result instanceof Result.Success success
                ? success.answer().body().text()
                : result.toString();
    }

    /// What runs at the same time: those that a time-out ends, as each takes that long; each other one alone.
    record Round(List<Bad> bad) {
        @Override
        public String toString() {
            return String.join(", ", bad.stream().map(Bad::name).toList());
        }
    }

    List<Round> rounds() {
        var rounds = new ArrayList<Round>();
        var waiting = new ArrayList<Bad>();
        for (var bad : bad()) {
            if (!bad.end.isTimed()) {
                rounds.add(new Round(List.of(bad)));
                continue;
            }
            waiting.add(bad);
            if (waiting.size() == AT_ONCE) {
                rounds.add(new Round(List.copyOf(waiting)));
                waiting.clear();
            }
        }
        if (!waiting.isEmpty()) {
            rounds.add(new Round(waiting));
        }
        return rounds;
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void itHarmsNobodyButItself(Round round) throws Exception {
        var names = new ArrayList<String>();
        for (var bad : round.bad) {
            var name = "app/bad" + ++bundles;
            install(name, bad);
            assertThat(text(good(name))).as("%s works", bad).isEqualTo("good");
            names.add(name);
        }
        var stop = new AtomicBoolean();
        var neighbour = new Neighbour(stop);
        var results = new ArrayList<Result>();
        try {
            var calls = names.stream().map(name -> call(name, "bad")).toList();
            for (var call : calls) {
                results.add(call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            for (var name : names) {
                assertThat(text(good(name))).as("it works again").isEqualTo("good");
            }
        } finally {
            stop.set(true);
            neighbour.join();
        }
        for (int i = 0; i < names.size(); i++) {
            var name = names.get(i);
            System.out.println(round.bad.get(i) + ": " + shown(results.get(i)));
            ended(round.bad.get(i), name, results.get(i));
            Await.until("the threads of " + round.bad.get(i) + " have ended", () -> threadsOf(name) <= 1);
            assertThat(invoker.quarantine(FnName.parse(name))).isNull();
            invoker.remove(FnName.parse(name));
        }
        awaitEnded();
        neighbour.assertNoneLost();
    }

    private static String shown(Result result) {
        var text = result.toString();
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }

    private void ended(Bad bad, String name, Result result) throws InterruptedException {
        switch (bad.end) {
            case TIME -> assertThat(result).as(bad.name).isEqualTo(new Result.TimedOut(SHORT));
            case EITHER ->
                assertThat(result).as(bad.name).isInstanceOfAny(Result.TimedOut.class, Result.FunctionError.class);
            case MEMORY, FAILS -> assertThat(result).as(bad.name).isInstanceOf(Result.FunctionError.class);
            case ANSWERS -> assertThat(result).as(bad.name).isInstanceOf(Result.Success.class);
        }
        if (bad.end == End.MEMORY || (bad.end == End.EITHER && result instanceof Result.FunctionError)) {
            assertThat(text(result)).containsAnyOf("memory", "room", "OutOfMemoryError", "more than its");
        }
        if (bad.saying instanceof String saying) {
            // what a process prints comes by another way than its answer
            Await.until(
                    bad + " says '" + saying + "': " + shown(result),
                    () -> text(result).contains(saying)
                            || logs.last(2000).stream()
                                    .anyMatch(line -> line.contains(name + " ") && line.contains(saying)));
        }
    }

    private static long threadsOf(String fn) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("fern-fn " + fn))
                .count();
    }

    /// Calls the good function 50 times a second. How long each took is not looked at: see `./dev bench limits`.
    private final class Neighbour {
        private final List<Result> lost = new ArrayList<>();
        private int calls;
        private final Thread thread;

        /// Until told to stop.
        Neighbour(AtomicBoolean stop) {
            thread = Thread.ofPlatform().start(() -> {
                while (!stop.get() || calls < LEAST_CALLS) {
                    try {
                        once();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
        }

        private void once() throws InterruptedException {
            long start = System.nanoTime();
            Result result;
            try {
                result = good("app/good");
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                result = new Result.FunctionError("no answer: " + e);
            }
            calls++;
            if (!text(result).equals("good")) {
                lost.add(result);
            }
            TimeUnit.NANOSECONDS.sleep(1_000_000_000L / GOOD_PER_SECOND - (System.nanoTime() - start));
        }

        void join() throws InterruptedException {
            thread.join();
        }

        void assertNoneLost() {
            assertThat(calls).isGreaterThanOrEqualTo(LEAST_CALLS);
            assertThat(lost).as("lost calls of the good function").isEmpty();
        }
    }
}
