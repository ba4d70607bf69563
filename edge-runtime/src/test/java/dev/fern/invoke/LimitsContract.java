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
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
    private static final int GOOD_PER_SECOND = 50;
    private static final int LEAST_CALLS = 15;

    /// How the call of a bad function ends.
    public enum End {
        /// At its time-out.
        TIME,
        /// When it has used more than its memory, or asks for too much at once.
        MEMORY,
        /// As a failed call, because of what it did.
        FAILS,
        /// With an answer: what was too much was cut or refused.
        ANSWERS
    }

    /// A bad function.
    ///
    /// @param code what [#bundle] makes the function of
    /// @param end how a call of it must end
    /// @param saying what the reason, the answer or the log says, or null
    public record Bad(
            String name, String code, End end, @Nullable String saying) {
        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private Logs logs;
    private Invoker invoker;
    private int bundles;
    /// Of the good function while nothing else runs.
    private long quietMicros;

    /// The runtime under test; the contract closes it.
    protected abstract FunctionRuntime runtime();

    /// Makes a function of what one of these said; called with the body `good` it answers `good`, with another one it
    /// does its bad work.
    protected abstract Bundle bundle(Path folder, String code);

    /// The bad functions. Of those that end by [End#TIME] the time-out is 1 s; their memory is 32 MB.
    protected abstract List<Bad> bad();

    @BeforeEach
    void open() {
        logs = new Logs(time);
        invoker = new Invoker(16, time, logs, List.of(runtime()), new Metrics());
    }

    @AfterEach
    void close() {
        invoker.close();
    }

    private void install(String name, Bad of) throws InvalidDefinitionException, InterruptedException {
        var fn = Examples.fn(name);
        var timeout = of.end == End.TIME ? Duration.ofSeconds(1) : PATIENCE;
        var bundle = bundle(folder.resolve("bundle-" + bundles++), of.code);
        invoker.install(invoker.load(limited(fn, timeout), bundle));
    }

    private static Fn limited(Fn fn, Duration timeout) {
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                32,
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

    @ParameterizedTest
    @MethodSource("bad")
    void itHarmsNobodyButItself(Bad bad) throws Exception {
        install("app/good", new Bad("good", bad().getFirst().code, End.ANSWERS, null));
        install("app/bad", bad);
        assertThat(text(good("app/bad"))).isEqualTo("good");
        if (quietMicros == 0) {
            var quiet = new Neighbour(200);
            quiet.assertNoneLost();
            quietMicros = quiet.p99();
        }
        var stop = new AtomicInteger();
        var loaded = new Neighbour(stop);
        Result result;
        try {
            result = call("app/bad", "bad").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(text(good("app/bad"))).as("it works again").isEqualTo("good");
        } finally {
            stop.set(1);
            loaded.join();
        }
        System.out.printf(
                "%-30s %s; good function p99 %d us quiet, %d us beside it (%d calls)%n",
                bad.name, result.getClass().getSimpleName(), quietMicros, loaded.p99(), loaded.count());
        ended(bad, result);
        Await.until("its threads have ended", () -> threadsOf("app/bad") <= 1);
        assertThat(invoker.quarantine(FnName.parse("app/bad"))).isNull();
        loaded.assertNoneLost();
    }

    private void ended(Bad bad, Result result) {
        switch (bad.end) {
            case TIME -> assertThat(result).isEqualTo(new Result.TimedOut(Duration.ofSeconds(1)));
            case MEMORY, FAILS -> assertThat(result).isInstanceOf(Result.FunctionError.class);
            case ANSWERS -> assertThat(result).isInstanceOf(Result.Success.class);
        }
        if (bad.end == End.MEMORY) {
            assertThat(text(result)).containsAnyOf("memory", "room", "OutOfMemoryError");
        }
        if (bad.saying instanceof String saying) {
            assertThat(text(result) + logs.last(2000)).contains(saying);
        }
    }

    private static long threadsOf(String fn) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("fern-fn " + fn))
                .count();
    }

    /// Calls the good function 50 times a second.
    private final class Neighbour {
        private final List<Long> micros = new ArrayList<>();
        private final List<Result> lost = new ArrayList<>();
        private final @Nullable Thread thread;

        /// So many times, and returns then.
        Neighbour(int times) throws InterruptedException {
            thread = null;
            for (int i = 0; i < times; i++) {
                once();
            }
        }

        /// Until told to stop.
        Neighbour(AtomicInteger stop) {
            thread = Thread.ofPlatform().start(() -> {
                while (stop.get() == 0 || micros.size() < LEAST_CALLS) {
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
            long took = System.nanoTime() - start;
            micros.add(took / 1000);
            if (!text(result).equals("good")) {
                lost.add(result);
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(0, 1_000_000_000L / GOOD_PER_SECOND - took));
        }

        void join() throws InterruptedException {
            if (thread != null) {
                thread.join();
            }
        }

        int count() {
            return micros.size();
        }

        long p99() {
            var sorted = micros.stream().sorted().toList();
            return sorted.get((int) (sorted.size() * 0.99));
        }

        void assertNoneLost() {
            assertThat(micros).isNotEmpty();
            assertThat(lost).as("lost calls of the good function").isEmpty();
        }
    }
}
