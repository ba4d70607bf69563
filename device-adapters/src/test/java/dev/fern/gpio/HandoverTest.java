package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.Health;
import dev.fern.SinkException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Lines pass from version to version, and boards that refuse are asked again.
class HandoverTest {
    private final GpioBench bench = new GpioBench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void a_line_that_stays_is_neither_released_nor_set() throws Exception {
        var one = fn("a/a", "on/x", "gpio:17?pull=up", "to/y", "gpio:27?initial=low");
        bench.bind(one);
        bench.send(one, "on");
        var two = fn("a/a", "on/x", "gpio:17?pull=up&debounce=20ms&active=low", "to/y", "gpio:27?initial=low&stop=low");
        bench.bind(two, fn("a/b", "on/z", "gpio:17?edge=rising&active=low"));

        assertThat(bench.board.requests()).isEqualTo(2);
        assertThat(bench.board.releases()).isZero();
        assertThat(bench.board.high(27)).isTrue();
    }

    @Test
    void a_pulse_under_way_goes_on_into_the_next_version() throws Exception {
        var one = fn("a/a", "to/y", "gpio:27?pulse=1s");
        bench.bind(one);
        bench.send(one, "on");
        bench.advance(600);
        bench.bind(fn("a/a", "to/y", "gpio:27?pulse=5s"));
        bench.advance(399);
        assertThat(bench.board.high(27)).isTrue();
        bench.advance(1);

        assertThat(bench.board.high(27)).isFalse();
    }

    @Test
    void a_debounce_under_way_goes_on_when_another_function_comes() {
        var one = fn("a/a", "on/x", "gpio:17?debounce=20ms");
        bench.bind(one);
        bench.drive(17, true);
        bench.advance(15);
        bench.bind(one, fn("a/b", "on/y", "gpio:17"));
        bench.advance(5);

        assertThat(bench.edges()).containsExactly("x rising");
    }

    @Test
    void a_shorter_max_on_counts_from_when_the_line_was_switched_on() throws Exception {
        var one = fn("a/a", "to/y", "gpio:27?max-on=1h");
        bench.bind(one);
        bench.send(one, "on");
        bench.advance(50_000);
        bench.bind(fn("a/a", "to/y", "gpio:27?max-on=1m"));
        bench.advance(9_999);
        assertThat(bench.board.high(27)).isTrue();
        bench.advance(1);

        assertThat(bench.board.high(27)).isFalse();
    }

    @Test
    void another_pull_takes_the_line_anew() {
        bench.bind(fn("a/a", "on/x", "gpio:17?pull=up"));
        bench.bind(fn("a/a", "on/x", "gpio:17?pull=down"));

        assertThat(bench.board.requests()).isEqualTo(2);
        assertThat(bench.board.releases()).isEqualTo(1);
        assertThat(bench.edges()).isEmpty();
    }

    @Test
    void another_polarity_starts_an_output_at_its_initial_level() throws Exception {
        var one = fn("a/a", "to/y", "gpio:27");
        bench.bind(one);
        bench.bind(fn("a/a", "to/y", "gpio:27?active=low"));

        assertThat(bench.board.high(27)).as("inactive").isTrue();
    }

    @Test
    void a_line_may_turn_from_input_to_output() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17"));
        var out = fn("a/a", "to/x", "gpio:17");
        bench.bind(out);
        bench.send(out, "on");
        assertThat(bench.board.high(17)).isTrue();
        bench.bind(fn("a/a", "on/x", "gpio:17"));
        bench.drive(17, true);

        assertThat(bench.edges()).containsExactly("x rising");
    }

    @Test
    void what_nobody_wants_is_given_back_and_silent() {
        bench.bind(fn("a/a", "on/x", "gpio:17?debounce=20ms"));
        bench.board.drive(17, true);
        bench.bind();
        bench.advance(1000);

        assertThat(bench.board.releases()).isEqualTo(1);
        assertThat(bench.intake.rest()).isEmpty();
        assertThat(bench.level(17)).isNaN();
        assertThat(bench.adapter.health()).isEmpty();
    }

    @Test
    void a_line_that_cannot_be_had_is_asked_for_again_until_it_can() throws Exception {
        var busy = new Busy(bench.board);
        var other = new GpioBench(Map.of(), board -> busy);
        var fn = fn("a/a", "on/x", "gpio:17?at-start=true", "to/y", "gpio:27");
        try (var log = new Log("fern.gpio")) {
            other.bind(fn);
            other.advance(60_000);
            assertThat(log.lines())
                    .as("once, however often it is tried")
                    .containsExactly(
                            "gpio 17 cannot be had: taken by hostapd; trying again",
                            "gpio 27 cannot be had: taken by hostapd; trying again");
        }

        assertThat(other.adapter.health(fn.triggers().getLast()).toString())
                .contains("gpio 17 cannot be had: taken by hostapd", "tried again every 5 s");
        assertThat(other.adapter.health().get("gpio")).isInstanceOf(Health.Down.class);
        assertThatThrownBy(() -> other.send(fn, "on"))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isFalse())
                .hasMessage("gpio 27 cannot be had: taken by hostapd");

        busy.taken = false;
        other.advance(5000);
        assertThat(other.adapter.health()).containsExactly(Map.entry("gpio", Health.UP));
        assertThat(other.adapter.health(fn.triggers().getLast())).isEqualTo(Health.UP);
        assertThat(other.edges()).containsExactly("x falling");
        other.send(fn, "on");
        assertThat(bench.board.high(27)).isTrue();
        other.close();
    }

    @Test
    void an_output_that_fails_is_told_to_the_sender_and_a_pulse_is_ended_as_soon_as_it_can() throws Exception {
        var busy = new Busy(bench.board);
        busy.taken = false;
        var other = new GpioBench(Map.of(), board -> busy);
        var fn = fn("a/a", "to/y", "gpio:27?pulse=1s");
        other.bind(fn);
        busy.broken = true;
        assertThatThrownBy(() -> other.send(fn, "on"))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isFalse())
                .hasMessage("gpio 27 cannot be set: no answer from the chip");

        busy.broken = false;
        other.send(fn, "on");
        busy.broken = true;
        other.advance(1000);
        assertThat(bench.board.high(27)).isTrue();
        busy.broken = false;
        other.advance(1000);
        assertThat(bench.board.high(27)).isFalse();
        other.close();
    }

    /// A board that somebody else uses, and that breaks.
    private static final class Busy implements Board {
        private final Board board;
        private boolean taken = true;
        private boolean broken;

        Busy(Board board) {
            this.board = board;
        }

        @Override
        public int line(String name) {
            return board.line(name);
        }

        @Override
        public Line input(int line, PullResistance pull, Changes changes) throws IOException {
            refuse();
            return board.input(line, pull, changes);
        }

        @Override
        public Output output(int line, boolean high) throws IOException {
            refuse();
            var output = board.output(line, high);
            return new Output() {
                @Override
                public void set(boolean level) throws IOException {
                    if (broken) {
                        throw new IOException("no answer from the chip");
                    }
                    output.set(level);
                }

                @Override
                public boolean high() throws IOException {
                    return output.high();
                }

                @Override
                public void release() {
                    output.release();
                }
            };
        }

        private void refuse() throws IOException {
            if (taken) {
                throw new IOException("taken by hostapd");
            }
        }

        @Override
        public void close() {
            board.close();
        }
    }
}
