package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Result;
import dev.fern.SinkException;
import dev.fern.kit.Await;
import dev.fern.kit.FakeRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A device that wakes up in 1970: what counts until it knows better is how long it is awake.
class ClockTest {
    private static final Instant AWAKE = Instant.parse("1970-01-01T00:00:10Z");
    private static final Instant TODAY = Instant.parse("2026-11-23T12:00:00Z");
    private static final String[] HOUR = {"on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out?expiry=1h&retries=1000"};

    @TempDir
    Path folder;

    /// Leaves one call on disk whose target is owed.
    private void leave(Instant clock, Duration after) throws Exception {
        try (var bench = new Workbench(folder, clock)) {
            bench.sink.failWith(SinkException.later("away"));
            bench.accept(bench.deploy("a/f", HOUR), "t", "x");
            Await.until("it was tried", () -> !bench.sink.sent().isEmpty());
            bench.time.advance(after);
            Await.until("it is on disk", () -> bench.state().equals("sending"));
        }
    }

    private static void runFor(Workbench bench, Duration span) throws InterruptedException {
        for (var left = span; left.isPositive(); left = left.minusMinutes(2)) {
            bench.time.advance(Duration.ofMinutes(2));
            bench.dead(); // the journal has had its turn
        }
    }

    @Test
    void events_say_so_until_the_clock_is_set() throws Exception {
        try (var bench = new Workbench(folder, AWAKE)) {
            var seen = new CopyOnWriteArrayList<String>();
            var fn = bench.deploy("a/f", "on/t", "mqtt:in");
            bench.runtime.body("a/f", call -> {
                seen.add(call.headers(TODAY).first("Fern-Clock", "set"));
                return FakeRuntime.answer("");
            });
            bench.accept(fn, "t", "1");
            Await.until("the first ran", () -> seen.size() == 1);
            bench.time.set(TODAY);
            bench.accept(fn, "t", "2");
            Await.until("the second ran", () -> seen.size() == 2);
            assertThat(seen).containsExactly("unset", "set");
        }
    }

    @Test
    void a_call_from_before_the_power_cut_expires_by_the_time_awake_until_the_clock_is_set() throws Exception {
        leave(TODAY, Duration.ofSeconds(30));
        try (var bench = new Workbench(folder, AWAKE)) {
            bench.sink.failWith(SinkException.later("away"));
            bench.deploy("a/f", HOUR);
            runFor(bench, Duration.ofMinutes(50));
            Await.until("it is tried again", () -> !bench.sink.sent().isEmpty());
            assertThat(bench.died).isEmpty();

            bench.time.set(TODAY.plus(Duration.ofHours(3)));
            runFor(bench, Duration.ofMinutes(4)); // less than is left of the hour awake
            Await.until("it is given up", () -> !bench.died.isEmpty());
            assertThat(bench.died.getFirst().reason()).contains("older than");
        }
    }

    @Test
    void a_call_from_before_the_clock_was_set_does_not_expire_when_it_is() throws Exception {
        leave(AWAKE, Duration.ofSeconds(30));
        try (var bench = new Workbench(folder, TODAY)) {
            bench.deploy("a/f", HOUR);
            Await.until("it arrives", () -> {
                bench.time.advance(Duration.ofSeconds(1));
                return !bench.sink.sent().isEmpty();
            });
            assertThat(bench.died).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {365, -365})
    void a_clock_that_jumps_makes_no_call_of_this_run_older(long days) throws Exception {
        try (var bench = new Workbench(folder, TODAY)) {
            var ran = new AtomicInteger();
            bench.runtime.body("a/f", call -> {
                return ran.incrementAndGet() == 1
                        ? new Result.FunctionError("the first time")
                        : FakeRuntime.answer("x");
            });
            var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=disk&hold=0s", "to/out", "mqtt:out?max-age=1h");
            bench.time.advance(Duration.ofHours(2));
            bench.accept(fn, "t", "x");
            Await.until("it stepped aside", () -> bench.state().equals("waiting"));
            bench.time.set(TODAY.plus(Duration.ofDays(days)));

            Await.until("it arrives", () -> {
                bench.time.advance(Duration.ofSeconds(1));
                return bench.sink.texts().contains("x") || !bench.died.isEmpty();
            });

            assertThat(bench.died).isEmpty();
        }
    }

    @Test
    void a_target_that_asks_for_patience_gets_it_within_bounds() throws Exception {
        try (var bench = new Workbench(folder)) {
            bench.sink.failWith(SinkException.later("busy", Duration.ofMinutes(5)));
            bench.accept(bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out"), "t", "x");
            Await.until("it was tried", () -> bench.sink.sent().size() == 1);
            Await.until("the answer is on disk", () -> bench.state().equals("sending"));
            bench.sink.failWith(SinkException.later("busy", Duration.ofDays(9)));
            bench.time.advance(Duration.ofSeconds(299));
            assertThat(bench.sink.sent()).hasSize(1);
            bench.time.advance(Duration.ofSeconds(2));
            Await.until("it was tried again", () -> bench.sink.sent().size() == 2 && bench.inMemory() == 0);
            bench.time.advance(Duration.ofMinutes(10));
            Await.until("not later than that", () -> bench.sink.sent().size() == 3);
        }
    }
}
