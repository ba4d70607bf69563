package dev.fern.gpio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.gpio.EdgeDetector.Edge;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EdgeDetectorTest {
    private static final long MS = 1_000_000;

    private final EdgeDetector detector = new EdgeDetector(Duration.ofMillis(20), false);

    @Test
    void without_debounce_each_change_is_an_edge_at_once() {
        var plain = new EdgeDetector(Duration.ZERO, false);

        assertThat(plain.change(true, 5, 1)).isEqualTo(new Edge(true, 5, 1));
        assertThat(plain.change(false, 6, 2)).isEqualTo(new Edge(false, 6, 2));
        assertThat(plain.waitNanos(7)).isEqualTo(-1);
    }

    @Test
    void a_level_that_lasts_is_an_edge_of_the_time_it_came() {
        assertThat(detector.change(true, 100 * MS, 1)).isNull();
        assertThat(detector.waitNanos(100 * MS)).isEqualTo(20 * MS);
        assertThat(detector.settle(120 * MS - 1)).isNull();

        assertThat(detector.settle(120 * MS)).isEqualTo(new Edge(true, 100 * MS, 1));
        assertThat(detector.settle(500 * MS)).isNull();
    }

    @Test
    void a_5_ms_glitch_is_swallowed() {
        assertThat(detector.change(true, 100 * MS, 1)).isNull();
        assertThat(detector.change(false, 105 * MS, 2)).isNull();

        assertThat(detector.waitNanos(105 * MS)).isEqualTo(-1);
        assertThat(detector.settle(1000 * MS)).isNull();
    }

    @Test
    void a_bouncing_contact_is_one_edge_from_its_last_bounce() {
        for (int i = 0; i < 5; i++) {
            assertThat(detector.change(true, (100 + 2 * i) * MS, 2 * i + 1)).isNull();
            if (i < 4) {
                assertThat(detector.change(false, (101 + 2 * i) * MS, 2 * i + 2))
                        .isNull();
            }
        }

        assertThat(detector.settle(127 * MS)).isNull();
        assertThat(detector.settle(128 * MS)).isEqualTo(new Edge(true, 108 * MS, 9));
    }

    @Test
    void an_edge_is_not_lost_when_the_timer_comes_after_the_next_change() {
        assertThat(detector.change(true, 100 * MS, 1)).isNull();

        assertThat(detector.change(false, 150 * MS, 2)).isEqualTo(new Edge(true, 100 * MS, 1));
        assertThat(detector.settle(170 * MS)).isEqualTo(new Edge(false, 150 * MS, 2));
    }

    @Test
    void the_same_level_again_does_not_start_the_debounce_anew() {
        assertThat(detector.change(true, 100 * MS, 1)).isNull();
        assertThat(detector.change(true, 110 * MS, 3)).isNull();

        assertThat(detector.settle(120 * MS)).isEqualTo(new Edge(true, 100 * MS, 1));
    }

    @Test
    void a_reset_is_no_edge() {
        assertThat(detector.change(true, 100 * MS, 1)).isNull();
        detector.reset(true);

        assertThat(detector.settle(200 * MS)).isNull();
        assertThat(detector.change(true, 300 * MS, 2)).isNull();
        assertThat(detector.waitNanos(300 * MS)).isEqualTo(-1);
    }
}
