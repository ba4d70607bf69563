package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static dev.fern.kit.Examples.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Payload;
import dev.fern.kit.Examples;
import dev.fern.kit.RecordingIntake.Accepted;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;

/// CloudEvents by MQTT for triggers of type `event`, and answers as CloudEvents; those in JSON are made by the official
/// SDK.
class EventTriggersTest extends OnABroker {
    private static final String OWN = "fern/test/events";

    private static String json(String id, String type) {
        var event = CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create("/sensors/1"))
                .withType(type)
                .withData("text/plain", "31".getBytes(StandardCharsets.UTF_8))
                .build();
        return new String(new JsonFormat().serialize(event), StandardCharsets.UTF_8);
    }

    private void publish(String topic, String id, String type) throws Exception {
        var properties = new MqttProperties();
        properties.setContentType("application/cloudevents+json");
        outside.publish(topic, json(id, type), properties);
    }

    private void publishBinary(String topic, String id) throws Exception {
        var properties = new MqttProperties();
        var user = new ArrayList<UserProperty>();
        Map.of("specversion", "1.0", "id", id, "source", "/sensors/1", "type", "hot", "floor", "3")
                .forEach((name, value) -> user.add(new UserProperty(name, value)));
        properties.setUserProperties(user);
        outside.publish(topic, "31", properties);
    }

    private List<Accepted> next(int number) throws InterruptedException {
        var calls = new ArrayList<Accepted>();
        for (int i = 0; i < number; i++) {
            calls.add(device.intake.next());
        }
        return calls;
    }

    @Test
    void anEventGoesToWhoWantsItWhateverItWasSubscribedFor() throws Exception {
        device.with(
                fn("house/plain", "on/mqtt", "mqtt:room/+"),
                fn("house/hot", "on/hot", "event:hot?source=/sensors/*", "on/cold", "event:cold"),
                fn("house/any", "on/any", "event:*"));
        publish("room/attic", "1", "hot");
        var calls = next(3);
        assertThat(calls).extracting(call -> call.trigger().name()).containsExactlyInAnyOrder("mqtt", "hot", "any");
        assertThat(calls).extracting(call -> call.event().id()).containsOnly("1");
        assertThat(calls).extracting(call -> call.event().data().text()).containsOnly("31");
        for (var call : calls) { // only a filter has matches
            boolean filter = call.trigger().name().equals("mqtt");
            assertThat(call.event().matches()).isEqualTo(filter ? List.of("attic") : List.of());
        }

        publishBinary("room/attic", "2");
        assertThat(next(3)).extracting(call -> call.event().extensions()).containsOnly(Map.of("floor", "3"));

        outside.publish("room/attic", "no event");
        assertThat(next(1)).extracting(call -> call.trigger().name()).containsExactly("mqtt");
        publish("room/attic", "3", "hot"); // all that came before would be here by now
        assertThat(next(3)).extracting(call -> call.event().id()).containsOnly("3");
    }

    @Test
    void theDevicesOwnTopicsAreSubscribedOnlyWhileSomebodyListens() throws Exception {
        device.with(fn("house/plain", "on/mqtt", "mqtt:room/+"));
        publish(OWN, "0", "hot");
        publish("room/x", "1", "hot");
        assertThat(next(1).getFirst().event().id()).isEqualTo("1");

        device.with(fn("house/plain", "on/mqtt", "mqtt:room/+"), fn("house/hot", "on/hot", "event:hot"));
        publish("fern/all/events", "2", "hot");
        assertThat(next(1)).extracting(call -> call.event().id()).containsExactly("2");

        device.bind(fn("house/plain", "on/mqtt", "mqtt:room/+"));
        Device.await(
                () -> {
                    try {
                        long before = device.count("fern_mqtt_received_total");
                        publish(OWN, "3", "hot");
                        publish("room/x", "4", "hot");
                        device.intake.next();
                        return device.count("fern_mqtt_received_total") == before + 1;
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                "it is still subscribed");
        assertThat(device.intake.rest()).isEmpty();
    }

    @Test
    void whatIsNoEventOrNotWantedIsCountedOnThoseTopicsAndAcknowledged() throws Exception {
        device.with(fn("house/hot", "on/hot", "event:hot"));
        long acknowledged = device.count("fern_mqtt_acknowledged_total");
        outside.publish(OWN, "no event");
        outside.publish(OWN, "{\"specversion\":\"0.3\"}");
        publish(OWN, "1", "cold");
        publish(OWN, "2", "hot");
        assertThat(next(1)).extracting(call -> call.event().id()).containsExactly("2");
        Device.await(() -> device.count("fern_mqtt_acknowledged_total") == acknowledged + 4, "acknowledged");
        assertThat(device.count("fern_cloudevents_malformed_total")).isEqualTo(2);
        assertThat(device.count("fern_cloudevents_unheard_total")).isEqualTo(1);
    }

    @Test
    void aMessageIsAcknowledgedWhenAllItsCallsAreKept() throws Exception {
        device.with(fn("house/plain", "on/mqtt", "mqtt:room/+?durable=disk"), fn("house/hot", "on/hot", "event:hot"));
        device.intake.doneAtOnce(false);
        publish("room/attic", "1", "hot");
        var calls = next(2);
        calls.getFirst().done().complete(null);
        assertThat(device.gauge("fern_mqtt_unacknowledged")).isEqualTo(1);
        calls.getLast().done().complete(null);
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 0, "acknowledged");
        assertThat(device.count("fern_mqtt_acknowledged_total")).isEqualTo(1);
    }

    @Test
    void thereIsNoRoomAndTheBrokerKeepsItAndItsListenerMayChangeMeanwhile() throws Exception {
        device.with(fn("house/hot", "on/hot", "event:hot"));
        device.intake.full(true);
        publish(OWN, "1", "hot");
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 1, "it waits");
        device.bind(fn("house/hot", "on/hot", "event:hot?retries=7"));
        assertThat(device.gauge("fern_mqtt_unacknowledged")).isEqualTo(1);
        device.intake.full(false);
        assertThat(next(1)).extracting(call -> call.event().id()).containsExactly("1");
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 0, "acknowledged");

        device.intake.full(true);
        publish(OWN, "2", "hot");
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 1, "it waits");
        device.bind();
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 0, "nobody is left to wait for");
    }

    @Test
    void aStoredMessageThatIsSentOnceMoreForANewTriggerIsForThatOneOnly() throws Exception {
        outside.publish("room/attic", json("1", "hot"), 1, true);
        var plain = fn("house/plain", "on/mqtt", "mqtt:room/+");
        var any = fn("house/any", "on/any", "event:*");
        device.with(plain, any);
        next(2);
        device.with(plain, any, fn("house/new", "on/new", "mqtt:room/+"));
        assertThat(next(1)).extracting(call -> call.trigger().name()).containsExactly("new");
        outside.publish("room/cellar", json("2", "hot"));
        assertThat(next(3)).extracting(call -> call.event().id()).containsOnly("2");
    }

    @Test
    void aListenerIsNotReadyWhileTheBrokerIsAway() throws Exception {
        device.with(fn("house/hot", "on/hot", "event:hot"));
        broker.close();
        Device.await(() -> !device.eventsHealth().equals(Health.UP), "it is away");
        assertThat(device.eventsHealth()).isEqualTo(device.adapter.health().get("mqtt"));
    }

    private static Event answer(Map<String, String> extensions, String subject) {
        return new Event(
                "C-out",
                "/fern/test/fn/a/f",
                "com.example.küche",
                subject,
                Instant.parse("2026-11-27T06:05:00Z"),
                "text/csv",
                extensions,
                Headers.of(Event.CLOUD_EVENT, "1.0"),
                Payload.of("1.10"));
    }

    @Test
    void anAnswerLeavesInBinaryModeWhereTheTargetSaysSo() throws Exception {
        outside.subscribe("out/#");
        device.awaitUp();
        device.adapter
                .send(answer(Map.of("site", "東京"), "Küche"), target("a/f", "out", "mqtt:out/1?format=cloudevent"))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        var heard = outside.next();
        assertThat(heard.text()).isEqualTo("1.10");
        assertThat(heard.properties().getContentType()).isEqualTo("text/csv");
        assertThat(properties(heard))
                .isEqualTo(Map.of(
                        "specversion", "1.0",
                        "id", "C-out",
                        "source", "/fern/test/fn/a/f",
                        "type", "com.example.küche",
                        "subject", "Küche",
                        "time", "2026-11-27T06:05:00Z",
                        "site", "東京"));

        device.send(target("a/f", "out", "mqtt:out/2"), "plain")
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        assertThat(properties(outside.next())).isEmpty();
        assertThatThrownBy(() -> device.adapter
                        .send(answer(Map.of("x", "a\u0007"), "s"), target("a/f", "out", "mqtt:out/1?format=cloudevent"))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS))
                .hasMessageContaining("the attribute x of the CloudEvent has a control character");
    }

    private static Map<String, String> properties(Outside.Heard heard) {
        var user = heard.properties().getUserProperties();
        return Stream.ofNullable(user)
                .flatMap(List::stream)
                .collect(Collectors.toMap(UserProperty::getKey, UserProperty::getValue));
    }

    @Test
    void whatLeavesComesInAgainAsTheSameEvent() throws Exception {
        device.with(fn("house/any", "on/any", "event:com.example.*", "on/mqtt", "mqtt:room/+"));
        var event = answer(Map.of("site", "tokyo"), "attic");
        device.adapter.send(event, Examples.target("a/f", "out", "mqtt:room/1?format=cloudevent"));
        for (var call : next(2)) {
            assertThat(call.event().attributes()).isEqualTo(event.attributes());
            assertThat(call.event().data().text()).isEqualTo("1.10");
            assertThat(call.event().dataContentType()).isEqualTo("text/csv");
        }
    }
}
