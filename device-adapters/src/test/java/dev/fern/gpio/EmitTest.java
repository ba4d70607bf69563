package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.pi4j.io.gpio.digital.PullResistance;
import dev.fern.InvalidDefinitionException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// `fern emit gpio PIN rising`.
class EmitTest {
    private final GpioBench bench = new GpioBench(Map.of("door", "17?active=low&pull=up"));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void an_edge_is_made_at_once() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17"));
        bench.emit("GPIO17", "rising");
        bench.emit("17", " Falling\n");
        assertThat(bench.board.high(17)).as("held for a moment").isTrue();
        bench.advance(1);

        assertThat(bench.edges()).containsExactly("x rising", "x falling");
    }

    @Test
    void a_line_that_is_there_already_goes_to_the_other_level_first_and_without_an_event() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17?debounce=20ms"), fn("a/b", "on/y", "gpio:17"));
        bench.emit("17", "falling");
        assertThat(bench.board.high(17)).isTrue();
        bench.advance(20);
        assertThat(bench.board.high(17))
                .as("held for longer than the longest debounce")
                .isTrue();
        bench.advance(1);
        assertThat(bench.board.high(17)).isFalse();
        bench.advance(20);

        assertThat(bench.edges()).containsExactly("y falling", "x falling");
    }

    @Test
    void edges_made_in_a_row_all_pass_the_debounce() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17?debounce=20ms"));
        bench.emit("17", "rising");
        bench.emit("17", "falling");
        bench.emit("17", "falling");
        bench.advance(1000);

        assertThat(bench.edges()).containsExactly("x rising", "x falling", "x falling");
    }

    @Test
    void rising_means_becoming_active() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:door?edge=rising"));
        bench.emit("door", "rising");

        assertThat(bench.board.high(17)).isFalse();
        assertThat(bench.edges()).containsExactly("x rising");
    }

    @Test
    void rising_means_what_the_version_now_bound_means() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17?pull=up"));
        bench.bind(fn("a/a", "on/x", "gpio:17?pull=up&active=low"));
        bench.emit("17", "rising");

        assertThat(bench.board.high(17)).isFalse();
        assertThat(bench.edges()).containsExactly("x rising");
        assertThat(bench.board.requests()).isEqualTo(1);
    }

    @Test
    void an_edge_that_waits_ends_with_its_line() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17"));
        bench.emit("17", "falling");
        bench.bind();
        bench.bind(fn("a/a", "on/x", "gpio:17"));
        bench.advance(1000);

        assertThat(bench.edges()).isEmpty();
    }

    @Test
    void what_cannot_be_made_is_refused_with_the_reason() {
        bench.bind(fn("a/a", "on/x", "gpio:17", "to/y", "gpio:27"));

        assertThatThrownBy(() -> bench.emit("17", "up"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("a pin has no edge 'up'; give rising or falling");
        assertThatThrownBy(() -> bench.emit("window", "rising")).hasMessageContaining("there is no pin 'window'");
        assertThatThrownBy(() -> bench.emit("27", "rising")).hasMessageContaining("gpio 27 is an output here");
        assertThatThrownBy(() -> bench.emit("18", "rising")).hasMessageContaining("no function listens to gpio 18");
    }

    @Test
    void a_flood_by_hand_is_bounded() throws Exception {
        bench.bind(fn("a/a", "on/x", "gpio:17?debounce=1h"));

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        bench.emit("17", "rising");
                    }
                })
                .hasMessageContaining("edges of gpio 17 are still to be made; wait a little");
    }

    @Test
    void a_real_board_takes_no_edges_by_hand() {
        var real = new GpioBench(Map.of(), Unsimulated::new);
        real.bind(fn("a/a", "on/x", "gpio:17"));

        assertThatThrownBy(() -> real.emit("17", "rising"))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("edges can be made by hand on the simulated board only; set device.board: simulated in"
                        + " fern.yaml");
        real.close();
    }

    /// A board that does not say it is simulated.
    private record Unsimulated(Board board) implements Board {
        @Override
        public int line(String name) {
            return board.line(name);
        }

        @Override
        public Line input(int line, PullResistance pull, Changes changes) throws java.io.IOException {
            return board.input(line, pull, changes);
        }

        @Override
        public Output output(int line, boolean high) throws java.io.IOException {
            return board.output(line, high);
        }

        @Override
        public void close() {
            board.close();
        }
    }
}
