package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import com.pi4j.io.gpio.digital.PullResistance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What real boards do and the simulated one does not: they lose changes, debounce, come and go, and have outputs that
/// something else drives.
class RealBoardTest {
    private final List<Duration> debounces = new ArrayList<>();
    private long lost;
    private boolean there = true;
    private boolean shorted;
    private Runnable changed = () -> {};

    private final GpioBench bench = new GpioBench(Map.of(), Real::new);

    @Test
    void changes_that_the_board_had_no_room_for_are_counted() {
        bench.bind(fn("a/door", "on/door", "gpio:17"));
        bench.drive(17, true);
        lost = 6;
        bench.drive(17, false);

        assertThat(bench.edges()).containsExactly("door rising", "door falling");
        assertThat(bench.metrics
                        .counter("fern_events_dropped_total", "trigger", "a/door#door")
                        .sum())
                .isEqualTo(6);
        bench.close();
    }

    @Test
    void the_board_debounces_as_long_as_everybody_wants() {
        bench.bind(fn("a/one", "on/one", "gpio:17?debounce=20ms"), fn("a/two", "on/two", "gpio:17?debounce=50ms"));
        assertThat(debounces.getLast()).isEqualTo(Duration.ofMillis(20));

        bench.bind(fn("a/one", "on/one", "gpio:17"), fn("a/two", "on/two", "gpio:17?debounce=50ms"));
        assertThat(debounces.getLast()).isEqualTo(Duration.ZERO);
        assertThat(bench.board.requests()).as("it is not taken anew").isEqualTo(1);
        bench.close();
    }

    @Test
    void lines_that_are_gone_are_taken_anew() {
        bench.bind(fn("a/door", "on/door", "gpio:17", "to/lamp", "gpio:27"));
        there = false;
        changed.run();
        bench.settle();
        assertThat(bench.board.releases()).isEqualTo(2);
        assertThat(bench.board.requests()).isEqualTo(4);

        there = true;
        changed.run();
        bench.settle();
        assertThat(bench.board.requests()).as("what is there stays").isEqualTo(4);
        bench.drive(17, true);
        assertThat(bench.edges()).containsExactly("door rising");
        bench.close();
    }

    @Test
    void the_level_of_an_output_is_read_back() throws Exception {
        var fn = bench.bound("gpio:27");
        shorted = true;
        try (var log = new Log("fern.gpio")) {
            bench.send(fn, "on");
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("gpio 27 was set high and is low: something else drives it"));
        }
        assertThat(bench.level(27)).isZero();
        bench.close();
    }

    private final class Real implements Board {
        private final Board board;

        Real(Board board) {
            this.board = board;
        }

        @Override
        public int line(String name) {
            return board.line(name);
        }

        @Override
        public void whenChanged(Runnable then) {
            changed = then;
        }

        @Override
        public boolean holds(int line) {
            return there;
        }

        @Override
        public Line input(int line, PullResistance pull, Changes changes) throws IOException {
            var held = board.input(line, pull, (high, nanos, seq) -> changes.changed(high, nanos, seq + lost));
            return new Line() {
                @Override
                public boolean high() throws IOException {
                    return held.high();
                }

                @Override
                public void debounce(Duration least) {
                    debounces.add(least);
                }

                @Override
                public void release() {
                    held.release();
                }
            };
        }

        @Override
        public Output output(int line, boolean high) throws IOException {
            var held = board.output(line, high);
            return new Output() {
                @Override
                public boolean high() throws IOException {
                    return !shorted && held.high();
                }

                @Override
                public void set(boolean level) throws IOException {
                    held.set(level);
                }

                @Override
                public void release() {
                    held.release();
                }
            };
        }

        @Override
        public void close() {
            board.close();
        }
    }
}
