package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// CloudEvents as others send them, in both modes and both versions of MQTT; those in JSON are made by the official
/// SDK.
class CloudEventsTest extends OnABroker {
    private static final Map<String, String> ATTRIBUTES =
            Map.of("specversion", "1.0", "id", "A-1", "source", "/sensors/1", "type", "com.example.measured");

    @BeforeEach
    void listen() throws Exception {
        device.with(fn("house/one", "on/t", "mqtt:room/+"));
    }

    private void publish(String text, @Nullable String contentType, Map<String, String> properties) throws Exception {
        var all = new MqttProperties();
        all.setContentType(contentType);
        var user = new ArrayList<UserProperty>();
        properties.forEach((name, value) -> user.add(new UserProperty(name, value)));
        all.setUserProperties(user);
        outside.publish("room/attic", text, all);
    }

    private Event next() throws InterruptedException {
        return device.intake.next().event();
    }

    private long malformed() {
        return device.count("fern_cloudevents_malformed_total");
    }

    private static CloudEventBuilder builder() {
        return CloudEventBuilder.v1()
                .withId("A-1")
                .withSource(URI.create("/sensors/1"))
                .withType("com.example.measured")
                .withSubject("attic")
                .withTime(OffsetDateTime.parse("2018-04-05T17:31:00Z"))
                .withExtension("site", "tokyo")
                .withExtension("floor", 3);
    }

    private static String json(CloudEvent event) {
        return new String(new JsonFormat().serialize(event), StandardCharsets.UTF_8);
    }

    private static void assertAttributes(Event event) {
        assertThat(event.isCloudEvent()).isTrue();
        assertThat(event.id()).isEqualTo("A-1");
        assertThat(event.source()).isEqualTo("/sensors/1");
        assertThat(event.type()).isEqualTo("com.example.measured");
        assertThat(event.subject()).isEqualTo("attic");
        assertThat(event.time()).isEqualTo(Instant.parse("2018-04-05T17:31:00Z"));
        assertThat(event.extensions()).isEqualTo(Map.of("site", "tokyo", "floor", "3"));
        assertThat(event.matches()).containsExactly("attic");
    }

    private static void assertPlain(Event event, String text) {
        assertThat(event.isCloudEvent()).isFalse();
        assertThat(event.type()).isEqualTo(Event.MQTT_MESSAGE);
        assertThat(event.subject()).isEqualTo("room/attic");
        assertThat(event.data().text()).isEqualTo(text);
    }

    @Test
    void inBinaryModeTheUserPropertiesAreTheAttributes() throws Exception {
        var properties = new HashMap<>(ATTRIBUTES);
        properties.putAll(Map.of(
                "subject", "attic", "time", "2018-04-05T17:31:00Z", "site", "tokyo", "floor", "3", "x-trace", "7"));
        publish("31.50", "text/csv", properties);
        var event = next();
        assertAttributes(event);
        assertThat(event.data().text()).isEqualTo("31.50");
        assertThat(event.dataContentType()).isEqualTo("text/csv");
        assertThat(event.headers().first("Fern-Mqtt-Property-x-trace")).isEqualTo("7");
        assertThat(malformed()).isZero();
    }

    @Test
    void inStructuredModeTheBodyIsTheData() throws Exception {
        var event = builder().withData("application/json", "{\"t\":31.50}".getBytes(StandardCharsets.UTF_8));
        publish(json(event.build()), "Application/CloudEvents+JSON; charset=utf-8", Map.of("x-trace", "7"));
        var got = next();
        assertAttributes(got);
        assertThat(got.data().text()).isEqualTo("{\"t\":31.50}");
        assertThat(got.dataContentType()).isEqualTo("application/json");
        assertThat(got.headers().first("Fern-Mqtt-Property-x-trace")).isEqualTo("7");
    }

    @Test
    void binaryDataComesAsItsBytes() throws Exception {
        var event = builder().withData("image/png", "é\0".getBytes(StandardCharsets.UTF_8));
        publish(json(event.build()), "application/cloudevents+json", Map.of());
        var got = next();
        assertAttributes(got);
        assertThat(got.data().text()).isEqualTo("é\0");
        assertThat(got.dataContentType()).isEqualTo("image/png");
    }

    @Test
    void whatComesByMqtt311IsKnownByItsLooks() throws Exception {
        var text = json(builder()
                .withData("text/plain", "31".getBytes(StandardCharsets.UTF_8))
                .build());
        publish311(text);
        var got = next();
        assertAttributes(got);
        assertThat(got.data().text()).isEqualTo("31");
        assertThat(got.dataContentType()).isEqualTo("text/plain");

        publish311("{\"t\":31}");
        assertPlain(next(), "{\"t\":31}");
        assertThat(malformed()).isZero();

        var old = "{\"specversion\":\"0.3\",\"id\":\"1\"}";
        publish311(old);
        assertPlain(next(), old);
        assertThat(malformed()).isEqualTo(1);
    }

    private void publish311(String text) throws Exception {
        var sender = new ProcessBuilder(
                        "mosquitto_pub",
                        "-V",
                        "mqttv311",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        "" + broker.port(),
                        "-q",
                        "1",
                        "-t",
                        "room/attic",
                        "-m",
                        text)
                .inheritIO()
                .start();
        assertThat(sender.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sender.exitValue()).isZero();
    }

    @Test
    void oneThatIsSentTwiceKeepsItsIdAndPlainOnesAreNewEachTime() throws Exception {
        publish("1", null, ATTRIBUTES);
        publish("1", null, ATTRIBUTES);
        assertThat(next().id()).isEqualTo(next().id());
        publish("1", null, Map.of());
        publish("1", null, Map.of());
        assertThat(next().id()).isNotEqualTo(next().id());
    }

    @Test
    void whatOnlySaysThatItIsOneIsAPlainMessageAndCounted() throws Exception {
        var lacking = new HashMap<>(ATTRIBUTES);
        lacking.remove("source");
        publish("no source", null, lacking);
        assertPlain(next(), "no source");
        assertThat(malformed()).isEqualTo(1);

        var late = new HashMap<>(ATTRIBUTES);
        late.put("time", "yesterday");
        publish("time", null, late);
        assertPlain(next(), "time");
        assertThat(malformed()).isEqualTo(2);

        publish("{", "application/cloudevents+json", Map.of());
        var broken = next();
        assertPlain(broken, "{");
        assertThat(broken.dataContentType()).isEqualTo("application/cloudevents+json");
        assertThat(malformed()).isEqualTo(3);

        publish("?", "application/cloudevents+avro", ATTRIBUTES);
        assertPlain(next(), "?");
        publish("[]", "application/cloudevents-batch+json", Map.of());
        assertPlain(next(), "[]");
        assertThat(malformed()).isEqualTo(5);
    }

    @Test
    void propertiesThatAreOnlyCalledLikeAttributesMakeNoEvent() throws Exception {
        publish("x", null, Map.of("id", "1", "type", "t", "source", "/s"));
        assertPlain(next(), "x");
        publish(json(builder().build()), "application/json", Map.of());
        assertPlain(next(), json(builder().build()));
        assertThat(malformed()).isZero();
    }

    @Test
    void anAttributeThatIsThereTwiceIsNone() throws Exception {
        var all = new MqttProperties();
        var user = new ArrayList<UserProperty>();
        ATTRIBUTES.forEach((name, value) -> user.add(new UserProperty(name, value)));
        user.add(new UserProperty("id", "A-2"));
        all.setUserProperties(user);
        outside.publish("room/attic", "x", all);
        assertPlain(next(), "x");
        assertThat(malformed()).isEqualTo(1);
    }
}
