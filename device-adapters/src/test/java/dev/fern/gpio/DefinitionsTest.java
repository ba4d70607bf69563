package dev.fern.gpio;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a function may say about pins, alone and beside others.
class DefinitionsTest {
    private final GpioBench bench = new GpioBench(Map.of(
            "door", "17?pull=up&debounce=20ms&active=low",
            "fan", "27?initial=low&max-on=10m",
            "bell", "GPIO5",
            "lost", "GPIO99"));

    private void check(Fn candidate, Fn... accepted) throws InvalidDefinitionException {
        bench.adapter.check(candidate, List.of(accepted));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpio:0",
                "gpio:53?pull=down",
                "gpio:GPIO17",
                "gpio:door?debounce=5ms&pull=up",
                "gpio:bell",
                "gpio:17?edge=rising&debounce=0&at-start=true&active=high"
            })
    void good_triggers(String trigger) throws Exception {
        check(fn("a/a", "on/x", trigger));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpio:0",
                "gpio:fan",
                "gpio:fan?max-on=10m",
                "gpio:bell?stop=keep",
                "gpio:27?value=on",
                "gpio:27?pulse=1s&max-on=1s&active=low&initial=high",
                "gpio:relay-{1}",
                "gpio:27?pulse={1}&value={1}"
            })
    void good_targets(String target) throws Exception {
        check(fn("a/a", "to/x", target));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpio:54                      | there is no pin '54'; give a BCM number from 0 to 53, a line name such as
            gpio:-1                      | there is no pin '-1'
            gpio:9999999999              | there is no pin '9999999999'
            gpio:GPIO54                  | there is no pin 'GPIO54'
            gpio:window                  | there is no pin 'window'
            gpio:lost                    | there is no pin 'GPIO99', which pins: calls lost
            gpio:17?edge=sideways        | edge=sideways makes no sense; give edge one of rising, falling, both
            gpio:17?pull=sideways        | pull=sideways makes no sense
            gpio:17?active=maybe         | active=maybe makes no sense
            gpio:17?debounce=soon        | debounce=soon makes no sense; give debounce a duration such as
            gpio:17?debounce=31d         | debounce=31d is too long
            gpio:17?at-start=perhaps     | at-start=perhaps makes no sense
            gpio:door?active=high        | contradicts pins:, where door has active=low
            gpio:door?pull=down          | contradicts pins:, where door has pull=up
            gpio:fan                     | pins: gives fan
            """)
    void bad_triggers(String trigger, String message) {
        assertThatThrownBy(() -> check(fn("a/a", "on/x", trigger)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpio:54                      | there is no pin '54'
            gpio:27?initial=maybe        | initial=maybe makes no sense
            gpio:27?stop=never           | stop=never makes no sense; give stop one of low, high, keep
            gpio:27?pulse=long           | pulse=long makes no sense
            gpio:27?pulse=0              | pulse=0 makes no sense; give pulse more than no time
            gpio:27?max-on=0             | max-on=0 makes no sense
            gpio:27?max-on={1}           | max-on={1} makes no sense
            gpio:27?pulse=2s&max-on=1s   | pulse=2s is longer than max-on=1s
            gpio:27?value=banana         | value=banana in gpio:27?value=banana is nothing a pin takes
            gpio:27?format=cloudevent    | is nothing a pin takes
            gpio:fan?max-on=1h           | contradicts pins:, where fan has max-on=10m
            gpio:door                    | pins: gives door
            gpio:{1}?stop=never          | stop=never makes no sense
            """)
    void bad_targets(String target, String message) {
        assertThatThrownBy(() -> check(fn("a/a", "to/x", target)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(message);
    }

    @Test
    void many_functions_may_use_one_line_each_in_its_own_way() throws Exception {
        check(
                fn("a/new", "on/x", "gpio:17?edge=falling&debounce=1s&at-start=true"),
                fn("a/one", "on/x", "gpio:17?pull=up&debounce=20ms"),
                fn("a/two", "on/x", "gpio:GPIO17"));
        check(
                fn("a/new", "to/x", "gpio:27?pulse=1s&stop=keep"),
                fn("a/one", "to/x", "gpio:27?max-on=60s"),
                fn("a/two", "to/x", "gpio:27?max-on=1m&stop=keep&initial=high"));
    }

    @ParameterizedTest
    @CsvSource({
        "on/x,pull=up,pull=down,pull",
        "on/x,active=low,debounce=0,active",
        "to/x,active=high,active=low,active",
        "to/x,initial=low,initial=high,initial",
        "to/x,stop=keep,stop=low,stop",
        "to/x,max-on=1m,max-on=2m,max-on"
    })
    void contradictory_options_are_an_error_of_the_later_one(String label, String mine, String theirs, String option)
            throws Exception {
        var candidate = fn("a/later", label, "gpio:17?" + mine);
        var accepted = fn("a/earlier", label, "gpio:GPIO17?" + theirs);

        assertThatThrownBy(() -> check(candidate, accepted))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(option + " of gpio 17 contradicts a/earlier; give both the same " + option);
        check(candidate, fn("a/elsewhere", label, "gpio:18?" + theirs));
    }

    @Test
    void one_line_as_input_and_output_is_an_error_of_the_later_one() {
        assertThatThrownBy(() -> check(fn("a/out", "to/x", "gpio:17"), fn("a/in", "on/x", "gpio:17")))
                .hasMessageContaining("gpio 17 is an input of a/in already");
        assertThatThrownBy(() -> check(fn("a/in", "on/x", "gpio:17"), fn("a/out", "to/x", "gpio:17")))
                .hasMessageContaining("gpio 17 is an output of a/out already");
        assertThatThrownBy(() -> check(fn("a/both", "on/x", "gpio:17", "to/y", "gpio:17")))
                .hasMessageContaining("gpio 17 is an input of a/both already");
    }

    @Test
    void a_new_version_does_not_contradict_its_old_one() throws Exception {
        check(fn("a/a", "on/x", "gpio:17?pull=up"), fn("a/a", "on/x", "gpio:17?pull=down"));
    }

    @Test
    void what_others_get_wrong_is_not_the_candidates_mistake() throws Exception {
        check(fn("a/new", "on/x", "gpio:18"), fn("a/one", "on/x", "gpio:17"), fn("a/two", "to/x", "gpio:17"));
    }

    @Test
    void a_contradiction_that_is_bound_all_the_same_takes_no_other_line_down() {
        var one = fn("a/one", "on/x", "gpio:17");
        var two = fn("a/two", "on/x", "gpio:17?active=low");
        bench.adapter.bind(
                List.of(one.triggers().getLast(), two.triggers().getLast()),
                fn("a/two", "to/x", "gpio:17").targets());

        assertThat(bench.adapter.health(one.triggers().getLast())).isEqualTo(Health.UP);
        assertThat(bench.adapter.health(two.triggers().getLast()).toString()).contains("contradicts a/one");
        assertThatThrownBy(() -> bench.send(fn("a/two", "to/x", "gpio:17"), "on"))
                .hasMessageContaining("gpio 17 is an input of a/one already");
    }

    @Test
    void checking_touches_no_line() throws Exception {
        check(fn("a/a", "on/x", "gpio:17", "to/y", "gpio:18"));

        assertThat(bench.board.requests()).isZero();
    }
}
