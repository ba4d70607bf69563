package dev.fern.gpio;

import static dev.fern.kit.Examples.event;
import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How long an output stays as it was set: pulses and max-on.
class OutputTimersTest {
    private final GpioBench bench = new GpioBench(Map.of("fan", "27?initial=low"));

    @AfterEach
    void close() {
        bench.close();
    }

    private boolean high() {
        return bench.board.high(27);
    }

    @Test
    void a_pulse_is_active_for_that_long() throws Exception {
        var fn = bench.bound("gpio:27?pulse=500ms");
        bench.send(fn, "on");
        bench.advance(499);
        assertThat(high()).isTrue();
        bench.advance(1);

        assertThat(high()).isFalse();
        assertThat(bench.time.timers()).isZero();
    }

    @Test
    void a_pulse_on_a_pulse_starts_it_anew() throws Exception {
        var fn = bench.bound("gpio:27?pulse=500ms");
        bench.send(fn, "on");
        bench.advance(400);
        bench.send(fn, "on");
        bench.advance(499);
        assertThat(high()).isTrue();
        bench.advance(1);

        assertThat(high()).isFalse();
    }

    @Test
    void off_ends_a_pulse_and_what_comes_later_is_not_cut_by_it() throws Exception {
        var fn = bench.bound("gpio:27?pulse=500ms");
        bench.send(fn, "on");
        bench.advance(100);
        bench.send(fn, "off");
        assertThat(high()).isFalse();
        bench.advance(300);
        bench.send(fn, "on");
        bench.advance(100);

        assertThat(high()).as("at the time of the first pulse's end").isTrue();
    }

    @Test
    void a_body_may_say_for_how_long() throws Exception {
        var fn = bench.bound("gpio:27");
        bench.send(fn, "{\"state\":\"high\",\"for\":\"2s\"}");
        bench.advance(1999);
        assertThat(high()).isTrue();
        bench.advance(1);

        assertThat(high()).isFalse();
    }

    @Test
    void what_the_body_says_comes_before_the_option() throws Exception {
        var fn = bench.bound("gpio:27?pulse=500ms");
        bench.send(fn, "{\"state\":\"high\",\"for\":\"2s\"}");
        bench.advance(1999);

        assertThat(high()).isTrue();
    }

    @Test
    void after_a_pulse_the_line_is_what_it_was_before() throws Exception {
        var fn = bench.bound("gpio:27");
        bench.send(fn, "on");
        bench.send(fn, "{\"state\":\"low\",\"for\":\"2s\"}");
        bench.send(fn, "{\"state\":\"low\",\"for\":\"3s\"}");
        bench.advance(2999);
        assertThat(high()).isFalse();
        bench.advance(1);

        assertThat(high()).isTrue();
    }

    @Test
    void nobody_is_on_for_longer_than_max_on() throws Exception {
        var fn = bench.bound("gpio:27?max-on=10m");
        bench.send(fn, "on");
        bench.advance(600_000 - 1);
        assertThat(high()).isTrue();
        bench.advance(1);

        assertThat(high()).isFalse();
        assertThat(cuts()).isEqualTo(1);
        assertThat(bench.time.timers()).isZero();
    }

    @Test
    void a_second_on_starts_the_clock_of_max_on_anew() throws Exception {
        var fn = bench.bound("gpio:27?max-on=10m");
        bench.send(fn, "on");
        bench.advance(400_000);
        bench.send(fn, "on");
        bench.advance(599_999);
        assertThat(high()).isTrue();
        bench.advance(1);

        assertThat(high()).isFalse();
    }

    @Test
    void a_line_that_max_on_switched_off_stays_off_after_the_next_pulse() throws Exception {
        var fn = bench.bound("gpio:27?max-on=10m");
        bench.send(fn, "on");
        bench.advance(600_000);
        bench.send(fn, "{\"state\":\"on\",\"for\":\"2s\"}");
        bench.advance(2000);

        assertThat(high()).isFalse();
    }

    @Test
    void a_timer_that_cannot_be_stopped_any_more_does_nothing() throws Exception {
        var late = new Time() {
            @Override
            public Instant now() {
                return bench.time.now();
            }

            @Override
            public long nanos() {
                return bench.time.nanos();
            }

            @Override
            public Timer after(Duration delay, Runnable action) {
                bench.time.after(delay, action);
                return () -> {};
            }
        };
        var adapter = new GpioAdapter(
                GpioBench.settings("simulated", Map.of()), late, bench.metrics, new SimulatedBoard(late));
        var fn = fn("a/a", "to/x", "gpio:27?pulse=2s&max-on=2s");
        adapter.start(bench.intake);
        adapter.bind(List.of(), fn.targets());
        adapter.send(event("on"), fn.targets().getFirst());
        bench.advance(1000);
        adapter.send(event("on"), fn.targets().getFirst());
        bench.advance(1999);
        assertThat(bench.level(27)).isEqualTo(1);
        adapter.close();
        bench.advance(1000);

        assertThat(cuts()).isZero();
    }

    @Test
    void off_stops_the_clock_of_max_on() throws Exception {
        var fn = bench.bound("gpio:27?max-on=10m");
        bench.send(fn, "on");
        bench.send(fn, "off");
        bench.advance(1_000_000);

        assertThat(cuts()).isZero();
    }

    @Test
    void a_body_that_asks_for_longer_is_cut_to_max_on() throws Exception {
        var fn = bench.bound("gpio:27?max-on=1s");
        bench.send(fn, "{\"state\":\"high\",\"for\":\"2s\"}");
        bench.advance(1000);
        assertThat(high()).isFalse();
        bench.advance(5000);

        assertThat(high()).isFalse();
    }

    @Test
    void max_on_holds_for_a_line_that_starts_active_or_comes_back_from_a_pulse() throws Exception {
        var fn = bench.bound("gpio:27?initial=high&max-on=10s");
        bench.advance(9_000);
        bench.send(fn, "{\"state\":\"off\",\"for\":\"2s\"}");
        bench.advance(11_999);
        assertThat(high()).isTrue();
        bench.advance(1);

        assertThat(high()).isFalse();
    }

    @Test
    void max_on_of_one_function_holds_for_the_line() throws Exception {
        var other = fn("house/other", "to/fan", "gpio:27");
        bench.bind(fn("house/fan", "to/fan", "gpio:27?max-on=10s"), other);
        bench.send(other, "on");
        bench.advance(10_000);

        assertThat(high()).isFalse();
    }

    @Test
    void a_pulse_that_is_cut_off_ends_at_the_next_start() throws Exception {
        var fn = bench.bound("gpio:27?pulse=1h&stop=keep");
        bench.send(fn, "on");
        bench.close();
        assertThat(high()).as("as a crash leaves it").isTrue();

        var next = new GpioAdapter(GpioBench.settings("simulated", Map.of()), bench.time, bench.metrics, bench.board);
        next.start(bench.intake);
        next.bind(fn.triggers(), fn.targets());
        assertThat(high()).isFalse();
        next.close();
    }

    private long cuts() {
        return bench.metrics.counter("fern_gpio_max_on_total", "line", "27").sum();
    }
}
