package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.Metrics;
import dev.fern.Result;
import dev.fern.Trigger;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// From a level on the wire to the event a function gets.
class EdgesTest {
    private final GpioBench bench = new GpioBench(Map.of("door", "17?pull=up&debounce=20ms&active=low"));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void an_edge_is_an_event_with_all_the_contract_says() throws Exception {
        bench.bind(fn("house/bell", "on/push", "gpio:17"));
        bench.advance(1500);
        bench.drive(17, true);

        var event = bench.intake.next().event();
        assertThat(event.type()).isEqualTo("dev.fern.gpio.edge");
        assertThat(event.subject()).isEqualTo("17");
        assertThat(event.source()).isEqualTo("/fern/test/gpio/17");
        assertThat(event.dataContentType()).isEqualTo("application/json");
        assertThat(event.time()).isEqualTo(Instant.parse("2026-11-23T12:00:01.500Z"));
        assertThat(event.data().text())
                .isEqualTo("{\"pin\":17,\"edge\":\"rising\",\"state\":\"high\","
                        + "\"at\":\"2026-11-23T12:00:01.500Z\",\"seq\":1}");
    }

    @Test
    void the_subject_is_the_name_the_trigger_used_and_the_pin_its_number() throws Exception {
        bench.bind(fn("house/bell", "on/push", "gpio:GPIO4"), fn("house/door", "on/open", "gpio:door"));
        bench.drive(4, true);

        var named = bench.intake.next().event();
        assertThat(named.subject()).isEqualTo("GPIO4");
        assertThat(named.data().text()).contains("\"pin\":4,");

        bench.drive(17, false);
        bench.advance(20);
        assertThat(bench.intake.next().event().subject()).isEqualTo("door");
    }

    @Test
    void rising_does_not_fire_on_falling_and_the_other_way_round() {
        bench.bind(
                fn("a/up", "on/up", "gpio:17?edge=rising"),
                fn("a/down", "on/down", "gpio:17?edge=falling"),
                fn("a/both", "on/both", "gpio:17"));

        bench.drive(17, true);
        assertThat(bench.edges()).containsExactly("up rising", "both rising");

        bench.drive(17, false);
        assertThat(bench.edges()).containsExactly("down falling", "both falling");
    }

    @Test
    void a_5_ms_glitch_is_swallowed_by_who_debounces_only() {
        bench.bind(fn("a/slow", "on/slow", "gpio:17?debounce=20ms"), fn("a/fast", "on/fast", "gpio:17"));

        bench.drive(17, true);
        bench.advance(5);
        bench.drive(17, false);
        bench.advance(1000);

        assertThat(bench.edges()).containsExactly("fast rising", "fast falling");
    }

    @Test
    void a_debounced_edge_comes_after_the_debounce_with_the_time_of_the_change() throws Exception {
        bench.bind(fn("a/slow", "on/slow", "gpio:17?debounce=20ms"));

        bench.drive(17, true);
        bench.advance(19);
        assertThat(bench.intake.rest()).isEmpty();
        bench.advance(1);

        assertThat(bench.intake.next().event().time()).isEqualTo(Instant.parse("2026-11-23T12:00:00Z"));
    }

    @Test
    void active_low_turns_edges_and_states_round() throws Exception {
        bench.bind(fn("a/button", "on/button", "gpio:17?pull=up&active=low&edge=rising"));

        bench.drive(17, true);
        assertThat(bench.intake.rest()).isEmpty();
        bench.drive(17, false);

        assertThat(bench.intake.next().event().data().text()).contains("\"edge\":\"rising\",\"state\":\"high\"");
    }

    @Test
    void the_idle_level_is_that_of_the_pull() {
        bench.bind(
                fn("a/up", "on/up", "gpio:1?pull=up&at-start=true"),
                fn("a/down", "on/down", "gpio:2?pull=down&at-start=true"),
                fn("a/off", "on/off", "gpio:3?pull=off&at-start=true"));

        assertThat(bench.edges()).containsExactly("up rising", "down falling", "off falling");
        assertThat(bench.level(1)).isEqualTo(1);
        assertThat(bench.level(2)).isEqualTo(0);
    }

    @Test
    void at_start_tells_the_level_once_when_the_trigger_is_new() {
        var door = fn("a/door", "on/door", "gpio:17?at-start=true&debounce=20ms");
        bench.bind(door);
        assertThat(bench.edges()).containsExactly("door falling");

        bench.bind(door, fn("a/other", "on/other", "gpio:17?at-start=true"));
        assertThat(bench.edges()).containsExactly("other falling");
    }

    @Test
    void at_start_keeps_to_the_edges_that_are_wanted() {
        bench.bind(fn("a/door", "on/door", "gpio:17?at-start=true&edge=rising"));

        assertThat(bench.edges()).isEmpty();
    }

    @Test
    void without_at_start_the_level_at_the_beginning_is_no_event() {
        bench.bind(fn("a/door", "on/door", "gpio:17?pull=up"));

        assertThat(bench.edges()).isEmpty();
    }

    @Test
    void seq_counts_all_changes_of_the_line_for_everybody() {
        bench.bind(fn("a/down", "on/down", "gpio:17?edge=falling"));
        for (int i = 0; i < 4; i++) {
            bench.drive(17, i % 2 == 0);
        }

        assertThat(bench.intake.rest())
                .extracting(call -> call.event().data().text().replaceAll(".*\"seq\":(\\d+)}", "$1"))
                .containsExactly("2", "4");
    }

    @Test
    void an_event_without_room_is_lost_and_counted_by_its_trigger() {
        bench.bind(fn("a/door", "on/door", "gpio:17"));
        bench.intake.full(true);
        bench.drive(17, true);
        bench.intake.full(false);
        bench.drive(17, false);

        assertThat(bench.edges()).containsExactly("door falling");
        assertThat(dropped(bench.metrics, "a/door#door")).isEqualTo(1);
    }

    @Test
    void a_mistake_in_the_intake_costs_one_event_only() {
        var intake = new Intake() {
            private int calls;

            @Override
            public Receipt accept(Trigger trigger, Event event) throws IntakeFullException {
                if (calls++ == 0) {
                    throw new IllegalStateException("a bug");
                }
                return bench.intake.accept(trigger, event);
            }

            @Override
            public Result invoke(Trigger trigger, Event event) {
                throw new AssertionError();
            }
        };
        bench.adapter.start(intake);
        bench.bind(fn("a/one", "on/one", "gpio:17"), fn("a/two", "on/two", "gpio:17"));
        bench.drive(17, true);

        assertThat(bench.edges()).containsExactly("two rising");
        assertThat(dropped(bench.metrics, "a/one#one")).isEqualTo(1);
    }

    @Test
    void more_changes_than_the_queue_takes_lose_the_newest_but_not_the_level_at_the_end() {
        bench.bind(fn("a/door", "on/door", "gpio:17"));
        for (int i = 0; i < 10_005; i++) {
            bench.board.drive(17, i % 2 == 0);
        }
        bench.settle();

        var calls = bench.intake.rest();
        assertThat(calls).hasSize(10_001);
        assertThat(calls.getLast().event().data().text()).contains("\"state\":\"high\"", "\"seq\":10005");
        assertThat(dropped(bench.metrics, "a/door#door")).isEqualTo(5);
    }

    @Test
    void a_trigger_is_healthy_when_its_line_is_held() {
        var door = fn("a/door", "on/door", "gpio:17");
        assertThat(bench.adapter.health()).isEmpty();
        bench.bind(door);

        assertThat(bench.adapter.health(door.triggers().getLast())).isEqualTo(Health.UP);
        assertThat(bench.adapter.health()).containsExactly(Map.entry("gpio", Health.UP));
    }

    private static long dropped(Metrics metrics, String trigger) {
        return metrics.counter("fern_events_dropped_total", "trigger", trigger).sum();
    }
}
