package dev.fern.sensor;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When sensors are read, and who is told.
class SensorAdapterTest {
    private final SensorBench bench = new SensorBench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void a_reading_is_an_event_of_its_sensor() throws Exception {
        bench.say("21.40");
        bench.bind(fn("a/log", "on/air", "sensor:air"));

        var event = bench.intake.next().event();
        assertThat(event.type()).isEqualTo("dev.fern.sensor.reading");
        assertThat(event.source()).isEqualTo("/fern/test/sensor/air");
        assertThat(event.subject()).isEqualTo("air");
        assertThat(event.dataContentType()).isEqualTo("application/json");
        assertThat(event.time()).isEqualTo(bench.time.now());
        assertThat(event.data().text()).isEqualTo("{\"temperature\":21.4,\"at\":\"2026-11-23T12:00:00Z\"}");
    }

    @Test
    void a_sensor_is_read_at_once_and_then_every_ten_seconds() {
        bench.bind(fn("a/log", "on/air", "sensor:air"));
        assertThat(bench.air.reads).isEqualTo(1);

        bench.advance("9.999S");
        assertThat(bench.air.reads).isEqualTo(1);
        bench.advance("0.001S");
        assertThat(bench.air.reads).isEqualTo(2);
        bench.advance("100S");
        assertThat(bench.told()).hasSize(12);
        assertThat(bench.tank.reads).as("nobody listens to it").isZero();
    }

    @Test
    void one_reading_serves_all_that_are_due_even_if_they_came_at_different_times() {
        var one = fn("a/one", "on/quick", "sensor:air?every=2s");
        var two = fn("a/two", "on/slow", "sensor:air?every=6s");
        bench.bind(one);
        bench.advance("1.5S");
        bench.bind(one, two);
        assertThat(bench.air.reads).as("the new one is told at once").isEqualTo(2);
        bench.told();

        bench.advance("4.5S");
        assertThat(bench.air.reads).isEqualTo(5);
        assertThat(bench.told())
                .containsExactly(
                        "quick {\"temperature\":20}",
                        "quick {\"temperature\":20}",
                        "quick {\"temperature\":20}",
                        "slow {\"temperature\":20}");
    }

    @Test
    void change_lets_through_what_is_that_far_from_what_was_told_last() {
        bench.bind(fn("a/log", "on/air", "sensor:air?every=1s&change=0.3", "on/all", "sensor:air?every=1s"));
        for (var degrees : List.of("20.1", "20.2", "20.29", "20.3", "20.59", "20.0")) {
            bench.say(degrees);
            bench.advance("1S");
        }

        assertThat(bench.told().stream().filter(told -> told.startsWith("air")))
                .containsExactly("air {\"temperature\":20}", "air {\"temperature\":20.3}", "air {\"temperature\":20}");
        assertThat(bench.air.reads).isEqualTo(7);
    }

    @Test
    void a_new_version_that_says_the_same_disturbs_nothing() {
        bench.bind(fn("a/log", "on/air", "sensor:air?every=10s&change=1"));
        bench.advance("5S");
        bench.bind(fn("a/log", "on/air", "sensor:air?every=10s&change=1"));
        bench.advance("10S");

        assertThat(bench.air.reads).isEqualTo(2);
        assertThat(bench.told()).hasSize(1);
    }

    @Test
    void what_nobody_wants_any_more_is_not_read() {
        bench.bind(fn("a/log", "on/air", "sensor:air?every=1s"));
        bench.adapter.bind(List.of(), List.of());
        bench.advance("10S");

        assertThat(bench.air.reads).isEqualTo(1);
        assertThat(bench.time.timers()).isZero();
        assertThat(bench.adapter.health()).isEmpty();
    }

    @Test
    void a_sensor_that_fails_is_down_with_why_and_tried_after_pauses_that_grow() {
        var log = fn("a/log", "on/air", "sensor:air?every=500ms");
        bench.air.trouble = "nothing answers at 0x76 of /dev/i2c-1";
        bench.bind(log);

        assertThat(bench.health(log))
                .isEqualTo("sensor air cannot be read: nothing answers at 0x76 of /dev/i2c-1; check the wiring");
        assertThat(bench.adapter.health()).containsOnlyKeys("sensor/air");
        var reads = new int[8];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = bench.air.reads;
            bench.advance((1 << Math.min(i, 6)) - 1 + ".999S");
            if (i < 6) {
                assertThat(bench.air.reads).as("not before " + (1 << i) + " s").isEqualTo(reads[i]);
            }
            bench.advance("0.001S");
            assertThat(bench.air.reads).isEqualTo(reads[i] + 1);
        }
    }

    @Test
    void a_sensor_that_fails_hurts_no_other_and_comes_back_by_itself() {
        var log = fn("a/log", "on/air", "sensor:air?every=1s");
        var pump = fn("a/pump", "on/tank", "sensor:tank?every=1s");
        bench.air.trouble = "it is gone";
        bench.bind(log, pump);
        bench.advance("10S");
        assertThat(bench.told()).hasSize(11).allMatch(told -> told.startsWith("tank"));
        assertThat(bench.health(pump)).isEqualTo("up");

        bench.air.trouble = null;
        bench.advance("5S");

        assertThat(bench.health(log)).isEqualTo("up");
        assertThat(bench.told()).contains("air {\"temperature\":20}");
        int reads = bench.air.reads;
        bench.advance("3S");
        assertThat(bench.air.reads).as("at its own pace again").isEqualTo(reads + 3);
        assertThat(bench.count("fern_sensor_readings_total", "sensor", "air", "result", "failed"))
                .isEqualTo(4);
    }

    @Test
    void a_driver_that_is_broken_is_a_sensor_that_fails() {
        var log = fn("a/log", "on/air", "sensor:air");
        bench.air.bug = new IllegalStateException("oops");
        bench.bind(log);

        assertThat(bench.health(log)).contains("its driver is broken: java.lang.IllegalStateException: oops");
    }

    @Test
    void a_reading_for_which_there_is_no_room_is_lost_and_counted_by_trigger() {
        bench.intake.full(true);
        bench.bind(fn("a/log", "on/air", "sensor:air?every=1s"));
        bench.advance("2S");
        bench.intake.full(false);
        bench.advance("1S");

        assertThat(bench.count("fern_events_dropped_total", "trigger", "a/log#air"))
                .isEqualTo(3);
        assertThat(bench.told()).hasSize(1);
    }

    @Test
    void the_last_value_is_a_metric_until_the_sensor_fails() {
        bench.bind(fn("a/log", "on/air", "sensor:air?every=1s"));
        assertThat(value()).isEqualTo(20);

        bench.air.trouble = "gone";
        bench.advance("1S");
        assertThat(value()).isNaN();
    }

    private double value() {
        var found = new double[1];
        bench.metrics.forEachGauge((series, value) -> {
            if (series.name().equals("fern_sensor_value")) {
                assertThat(series.labels()).isEqualTo(Map.of("sensor", "air", "value", "temperature"));
                found[0] = value;
            }
        });
        return found[0];
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sensor:cellar              | there is no sensor 'cellar'; give one of air, tank, or add it to sensors: in fern.yaml
            sensor:air?every=99ms      | every=99ms makes no sense; give every a duration from 100ms to 365d
            sensor:air?every=soon      | every=soon makes no sense; give every a duration such as
            sensor:air?every=366d      | every=366d makes no sense
            sensor:air?change=0        | change=0 makes no sense; give change a number above 0, such as 0.5
            sensor:air?change=-1       | change=-1 makes no sense
            sensor:air?change=much     | change=much makes no sense
            sensor:air?durable=broker  | durable=broker
            """)
    void what_makes_no_sense_is_refused(String trigger, String why) {
        var log = fn("a/log", "on/x", trigger);

        assertThatThrownBy(() -> bench.adapter.check(log, List.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(why);
        bench.adapter.bind(List.of(log.triggers().getLast()), List.of());
        assertThat(bench.health(log)).contains(why);
        assertThat(bench.adapter.health(log.triggers().getFirst())).isInstanceOf(Health.Down.class);
    }

    @Test
    void nothing_is_read_after_the_end() {
        bench.bind(fn("a/log", "on/air", "sensor:air?every=1s"));
        bench.adapter.close();
        bench.advance("10S");

        assertThat(bench.air.reads).isEqualTo(1);
        assertThat(bench.time.timers()).isZero();
    }

    @Test
    void the_doctor_reads_a_sensor_once() {
        bench.tank.trouble = "there is no 1-wire bus";

        assertThat(bench.adapter.probe("air")).isEqualTo(Health.UP);
        assertThat(bench.adapter.probe("tank")).isEqualTo(Health.down("there is no 1-wire bus", "check the wiring"));
        assertThat(bench.air.reads).isEqualTo(1);
    }
}
