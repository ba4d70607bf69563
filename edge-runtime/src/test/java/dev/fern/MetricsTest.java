package dev.fern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void a_counter_is_the_same_for_the_same_labels_in_any_order() {
        metrics.counter("fern_x_total", "a", "1", "b", "2").increment();
        metrics.counter("fern_x_total", "b", "2", "a", "1").increment();
        assertThat(metrics.counter("fern_x_total", "a", "1", "b", "2").sum()).isEqualTo(2);
        assertThat(metrics.counter("fern_x_total").sum()).isZero();
    }

    /// Prometheus would refuse the whole page.
    @Test
    void a_name_is_that_of_a_counter_or_of_a_gauge() {
        metrics.gauge(() -> 1, "fern_x");
        metrics.gauge(() -> 2, "fern_x", "a", "1");
        assertThatThrownBy(() -> metrics.counter("fern_x_total")).hasMessageContaining("fern_x is the name of");
        metrics.counter("fern_y_total");
        assertThatThrownBy(() -> metrics.gauge(() -> 1, "fern_y")).hasMessageContaining("fern_y is the name of");
    }
}
