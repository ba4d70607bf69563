package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Headers;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.kit.FakeTime;
import dev.fern.mqtt.Incoming.Property;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final Metrics metrics = new Metrics();
    private final FakeTime time = new FakeTime();
    private final Events events = new Events("porch", "plant", time, new Refusals(time, metrics));

    @Test
    void eachDeliveryHasAnIdOfItsOwnAndTheBrokersName() {
        var message = message("text/plain", List.of(), false);
        var first = events.of(message, false).with(Headers.NONE);
        assertThat(first.source()).isEqualTo("/fern/porch/mqtt/plant");
        assertThat(events.of(message, false).with(Headers.NONE).id()).isNotEqualTo(first.id());
    }

    @Test
    void userPropertiesBecomeHeadersThatHttpCanCarry() {
        var properties =
                List.of(new Property("a b:c", "1\r\nX: 2"), new Property("", "empty"), new Property("a b:c", "3"));
        var headers = Events.headers(message(null, properties, false), List.of());
        assertThat(headers.all("Fern-Mqtt-Property-a-b-c")).containsExactly("1  X: 2", "3");
        assertThat(headers.first("Fern-Mqtt-Property--")).isEqualTo("empty");
    }

    @Test
    void aPlainMessageCostsNoHeaders() {
        assertThat(Events.headers(message(null, List.of(), false), List.of())).isSameAs(Headers.NONE);
    }

    @Test
    void aRetainedMessageSaysSo() {
        var headers = Events.headers(message(null, List.of(), true), List.of("x"));
        assertThat(headers.first("Fern-Mqtt-Retained")).isEqualTo("true");
        assertThat(headers.first("Fern-Match-1")).isEqualTo("x");
    }

    @Test
    void aContentTypeIsOneLineOrNone() {
        assertThat(events.of(message("a/b\n", List.of(), false), false)
                        .with(Headers.NONE)
                        .dataContentType())
                .isEqualTo("a/b ");
        assertThat(events.of(message("", List.of(), false), false)
                        .with(Headers.NONE)
                        .dataContentType())
                .isNull();
        assertThat(events.of(message(null, List.of(), false), false)
                        .with(Headers.NONE)
                        .dataContentType())
                .isNull();
    }

    private static Incoming message(@Nullable String contentType, List<Property> properties, boolean retained) {
        return new Incoming(1, "a/b", 1, retained, false, List.of(), contentType, properties, Payload.of("x"));
    }
}
