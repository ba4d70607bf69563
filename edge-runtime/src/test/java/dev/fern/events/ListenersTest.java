package dev.fern.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Trigger;
import dev.fern.kit.Examples;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who wants which CloudEvent.
class ListenersTest {
    private final Listeners listeners = new Listeners(Examples.settings(null, Path.of("unused")));

    private static Event event(String type, String source) {
        return new Event(
                "1",
                source,
                type,
                null,
                Instant.EPOCH,
                null,
                Map.of(),
                Headers.of(Event.CLOUD_EVENT, "1.0"),
                Payload.EMPTY);
    }

    private void bind(String... bindings) {
        listeners.bind(
                Arrays.stream(bindings)
                        .map(one -> Examples.trigger("a/f", "on", one))
                        .toList(),
                List.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            event:com.example.door                       | com.example.door    | /anything           | true
            event:com.example.door                       | com.example.door.x  | /anything           | false
            event:com.example.door                       | com.example         | /anything           | false
            event:com.example.door                       | COM.example.door    | /anything           | false
            event:com.example.*                          | com.example.door    | /anything           | true
            event:com.example.*                          | com.example         | /anything           | false
            event:*                                      | x                   | /anything           | true
            event:com.example.door?source=/site/*        | com.example.door    | /site/1/door        | true
            event:com.example.door?source=/site/*        | com.example.door    | /site/              | true
            event:com.example.door?source=/site/*        | com.example.door    | /sites              | false
            event:com.example.door?source=/site/*        | com.example.door    | https://x/site/1    | false
            event:com.example.door?source=/site          | com.example.door    | /site/1             | false
            event:com.example.door?source=*/door/*       | com.example.door    | /site/1/door/2      | true
            event:com.example.door?source=*door          | com.example.door    | /door/outdoor       | true
            event:com.example.door?source=a*b*c          | com.example.door    | aXbXbXc             | true
            event:com.example.door?source=a*b*c          | com.example.door    | aXbXbX              | false
            event:com.example.door?source=**             | com.example.door    | x                   | true
            event:com.example.door?source=s:%3Fa%26*     | com.example.door    | s:?a&b              | true
            """)
    void an_event_is_wanted_by_its_type_and_source(String binding, String type, String source, boolean wanted) {
        bind(binding);
        assertThat(listeners.of(event(type, source)))
                .as(binding)
                .extracting(Trigger::name)
                .isEqualTo(wanted ? List.of("on") : List.of());
    }

    @Test
    void a_pattern_that_is_made_to_be_slow_is_not() {
        var slow = "/" + "a*".repeat(200) + "b";
        bind("event:x?source=" + slow);
        assertThat(listeners.of(event("x", "/" + "a".repeat(20_000)))).isEmpty();
    }

    @Test
    void a_function_does_not_start_itself_unless_it_says_so() {
        bind("event:*");
        assertThat(listeners.of(event("x", "/fern/test/fn/a/f"))).isEmpty();
        assertThat(listeners.of(event("x", "/fern/test/fn/a/other"))).hasSize(1);
        bind("event:*?loop=allow");
        assertThat(listeners.of(event("x", "/fern/test/fn/a/f"))).hasSize(1);
    }

    @Test
    void what_is_not_bound_any_more_hears_nothing() {
        assertThat(listeners.all()).isEmpty();
        bind("event:x", "event:y?source=/s");
        assertThat(listeners.all()).hasSize(2);
        bind("event:y");
        assertThat(listeners.all()).hasSize(1);
        assertThat(listeners.of(event("x", "/s"))).isEmpty();
        assertThat(listeners.of(event("y", "/s"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            event:com.*.door              | has a * within its type
            event:com.example door        | has blanks in its type
            event:x?source=               | has an empty source
            event:x?durable=broker        | has no broker that keeps messages
            """)
    void what_makes_no_sense_is_said(String binding, String why) {
        assertThatThrownBy(() -> listeners.check(Examples.fn("a/f", "on/x", binding), List.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(why);
    }
}
