package dev.fern.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.kit.Examples;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainAdapterTest {
    private final ChainAdapter chain = new ChainAdapter(1000, new Metrics());

    /// Each function as `app/name on/x=BINDING to/y=BINDING`; the first one is the last to come.
    private void check(String functions) throws InvalidDefinitionException {
        var all = Arrays.stream(functions.split(";")).map(ChainAdapterTest::fn).toList();
        chain.check(all.getFirst(), all.subList(1, all.size()));
    }

    private static Fn fn(String written) {
        var words = written.strip().split(" ");
        return Examples.fn(
                words[0],
                Arrays.stream(words)
                        .skip(1)
                        .flatMap(word ->
                                Stream.of(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1)))
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a/f to/x=fn:a/f                                            | a/f -> a/f
            a/f on/x=fn:a/f                                            | a/f -> a/f
            a/f on/x=fn:a/f?on=failure                                 | a/f -> a/f
            a/f to/x=fn:a/g; a/g to/x=fn:a/f                           | a/f -> a/g -> a/f
            a/f to/x=fn:a/g; a/g on/x=mqtt:in to/x=mqtt:out; a/h on/x=fn:a/g; a/f2 to/x=fn:a/f on/x=fn:a/h \
            | a/f -> a/g -> a/h -> a/f2 -> a/f
            a/f on/x=fn:a/h; a/g on/x=fn:a/f; a/h on/x=fn:a/g          | a/f -> a/g -> a/h -> a/f
            a/f to/x=fn:b/g to/y=fn:b/h; b/g to/x=fn:b/i; b/h to/x=fn:a/f | a/f -> b/h -> a/f
            a/f to/x=fn:a/g; a/g to/x=fn:a/f to/y=fn:a/f?loop=allow    | a/f -> a/g -> a/f
            """)
    void a_circle_is_refused_with_its_way(String functions, String way) {
        assertThatThrownBy(() -> check(functions))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(way + " is a circle of functions that start each other for ever")
                .hasMessageContaining("loop=allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/f to/x=fn:a/g to/y=fn:a/g?from=t; a/g to/x=fn:a/h; a/h to/x=mqtt:out",
                "a/f to/x=fn:a/g to/y=fn:a/h; a/g to/x=fn:a/i; a/h to/x=fn:a/i; a/i",
                "a/f to/x=fn:a/f?loop=allow",
                "a/f to/x=fn:a/g; a/g to/x=fn:a/h?loop=allow; a/h to/x=fn:a/f",
                "a/f on/x=fn:a/g?loop=allow; a/g on/x=fn:a/f",
                "a/f to/x=fn:a/none on/x=fn:b/none",
            })
    void what_comes_to_an_end_is_accepted_and_so_is_a_circle_that_is_meant(String functions) {
        assertThatCode(() -> check(functions)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/f to/x=fn:g",
                "a/f to/x=fn:a/b/c",
                "a/f to/x=fn:a/{1}",
                "a/f on/x=fn:g",
                "a/f on/x=fn:a/g?on=success",
                "a/f to/x=fn:a/g?format=cloudevent",
            })
    void what_names_no_function_or_makes_no_sense_is_refused(String functions) {
        assertThatThrownBy(() -> check(functions)).isInstanceOf(InvalidDefinitionException.class);
    }

    @Test
    void a_trigger_of_a_function_that_is_not_here_does_not_listen_and_says_what_to_do() {
        var follower = fn("a/f on/x=fn:a/g");
        chain.bind(follower.triggers(), List.of());
        assertThat(chain.health(follower.triggers().get(1))).isInstanceOfSatisfying(Health.Down.class, down -> {
            assertThat(down.problem().why()).isEqualTo("a/g is not on this device, and fn:a/g waits for it");
            assertThat(down.problem().whatToDo()).isNotBlank();
        });
        assertThat(chain.health(follower.triggers().getFirst())).isEqualTo(Health.UP);

        chain.bind(
                Stream.concat(follower.triggers().stream(), fn("a/g").triggers().stream())
                        .toList(),
                List.of());

        assertThat(chain.health(follower.triggers().get(1))).isEqualTo(Health.UP);
    }
}
