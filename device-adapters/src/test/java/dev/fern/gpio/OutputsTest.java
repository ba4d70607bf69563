package dev.fern.gpio;

import static dev.fern.kit.Examples.event;
import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.SinkException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// From a function's answer to the level on the wire.
class OutputsTest {
    private final GpioBench bench = new GpioBench(Map.of("fan", "27?initial=low"));

    @AfterEach
    void close() {
        bench.close();
    }

    private boolean high() {
        return bench.board.high(27);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "on",
                "high",
                "true",
                " High\n",
                "TRUE",
                "toggle",
                "{\"state\":\"on\"}",
                "{\"state\":1}",
                "{\"state\":true}"
            })
    void words_that_switch_on(String body) throws Exception {
        var fn = bench.bound("gpio:fan");
        bench.send(fn, body);

        assertThat(high()).isTrue();
        assertThat(bench.level(27)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "off", "low", "false", "OFF ", "toggle", "{\"state\":\"low\"}", "{\"state\":0}"})
    void words_that_switch_off(String body) throws Exception {
        var fn = bench.bound("gpio:27?initial=high");
        bench.send(fn, body);

        assertThat(high()).isFalse();
        assertThat(bench.level(27)).isEqualTo(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "banana",
                "",
                "2",
                "{}",
                "{\"state\":\"banana\"}",
                "{\"state\":\"on\",\"far\":1}",
                "{\"state\":",
                "{\"state\":\"on\",\"for\":\"soon\"}",
                "{\"state\":\"on\",\"for\":2}",
                "{\"state\":\"on\",\"for\":\"0\"}",
                "{\"state\":null}",
                "{\"state\":\"on\"} off",
                "[1]"
            })
    void anything_else_is_refused_for_ever_and_changes_nothing(String body) {
        var fn = bench.bound("gpio:27");

        assertThatThrownBy(() -> bench.send(fn, body))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isTrue())
                .hasMessageStartingWith("the pin takes ");
        assertThat(high()).isFalse();
    }

    @Test
    void the_refusal_shows_the_beginning_of_the_body_only() {
        var fn = bench.bound("gpio:27");

        assertThatThrownBy(() -> bench.send(fn, "x".repeat(1000)))
                .hasMessageContaining("x".repeat(40) + "...'")
                .hasMessageNotContaining("x".repeat(41));
    }

    @Test
    void active_low_turns_every_word_round() throws Exception {
        var fn = bench.bound("gpio:27?active=low");
        assertThat(high()).as("inactive at first").isTrue();

        bench.send(fn, "high");
        assertThat(high()).isFalse();
        bench.send(fn, "toggle");
        assertThat(high()).isTrue();
    }

    @Test
    void initial_is_the_first_level_that_the_line_has() {
        bench.bound("gpio:27?initial=high");

        assertThat(high()).isTrue();
    }

    @Test
    void a_line_is_left_inactive_unless_stop_says_otherwise() throws Exception {
        var plain = fn("a/plain", "to/x", "gpio:1");
        var inverted = fn("a/inverted", "to/x", "gpio:2?active=low");
        var keep = fn("a/keep", "to/x", "gpio:3?stop=keep");
        var high = fn("a/high", "to/x", "gpio:4?stop=high");
        bench.bind(plain, inverted, keep, high);
        bench.send(plain, "on");
        bench.send(inverted, "on");
        bench.send(keep, "on");
        bench.close();
        bench.close();

        assertThat(bench.board.high(1)).isFalse();
        assertThat(bench.board.high(2)).isTrue();
        assertThat(bench.board.high(3)).isTrue();
        assertThat(bench.board.high(4)).isTrue();
        assertThat(bench.board.releases()).isEqualTo(4);
        assertThat(bench.level(1)).isNaN();
    }

    @Test
    void each_change_is_a_line_in_the_log_but_no_flood() throws Exception {
        try (var log = new Log("fern.gpio")) {
            var fn = bench.bound("gpio:27?active=low");
            bench.send(fn, "on");
            bench.send(fn, "on");
            assertThat(log.lines()).containsExactly("gpio 27 high (inactive)", "gpio 27 low (active)");

            bench.advance(1000);
            log.lines().clear();
            for (int i = 0; i < 100; i++) {
                bench.send(fn, "toggle");
            }
            assertThat(log.lines()).hasSize(20).last().asString().endsWith("in this second are not shown");

            bench.advance(1000);
            bench.send(fn, "off");
            assertThat(log.lines()).last().isEqualTo("gpio 27 high (inactive)");
        }
    }

    @Test
    void toggles_and_pulses_are_not_to_be_repeated() {
        var fn = fn("a/a", "to/plain", "gpio:27", "to/pulse", "gpio:28?pulse=1s");
        bench.bind(fn);
        var plain = fn.targets().getFirst();
        var pulse = fn.targets().getLast();

        assertThat(bench.adapter.repeatable(event("on"), plain)).isTrue();
        assertThat(bench.adapter.repeatable(event("off"), pulse)).isTrue();
        assertThat(bench.adapter.repeatable(event("toggle"), plain)).isFalse();
        assertThat(bench.adapter.repeatable(event("on"), pulse)).isFalse();
        assertThat(bench.adapter.repeatable(event("{\"state\":\"on\",\"for\":\"1s\"}"), plain))
                .isFalse();
    }

    @Test
    void a_pin_may_come_from_the_event() throws Exception {
        var open = fn("a/open", "to/relay", "gpio:{1}");
        bench.bind(open, fn("a/in", "on/in", "gpio:5"));
        var filled = fn("a/open", "to/relay", "gpio:6").targets().getFirst();

        bench.send(filled, "on");
        assertThat(bench.board.high(6)).isTrue();
        assertThatThrownBy(() -> bench.send(fn("a/open", "to/relay", "gpio:5"), "on"))
                .hasMessageContaining("gpio 5 is an input of a/in");
        assertThatThrownBy(() -> bench.send(fn("a/open", "to/relay", "gpio:99"), "on"))
                .hasMessageContaining("there is no pin '99'");

        bench.bind(fn("a/open", "to/relay", "gpio:{1}?max-on=1m"));
        assertThat(bench.board.high(6)).as("kept from version to version").isTrue();
        bench.advance(60_000);
        assertThat(bench.board.high(6)).as("with what the new one says").isFalse();
        bench.send(filled, "on");
        bench.bind();
        assertThat(bench.board.high(6)).isFalse();
        assertThat(bench.board.releases()).isEqualTo(2);
    }

    @Test
    void nobody_drives_a_line_that_is_not_bound() {
        bench.bind(fn("a/a", "to/x", "gpio:1"));

        assertThatThrownBy(() -> bench.send(fn("a/old", "to/x", "gpio:2"), "on"))
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isFalse())
                .hasMessageContaining("gpio 2 is not driven any more");
        assertThat(bench.board.requests()).isEqualTo(1);
    }
}
