package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static dev.fern.kit.Examples.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Payload;
import dev.fern.SinkException;
import dev.fern.kit.Mosquitto;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;

/// The surface: messages in, messages out, on one broker that is there.
class MqttAdapterTest extends OnABroker {
    @Test
    void itIsFoundByTheServiceLoader() {
        var types = ServiceLoader.load(AdapterProvider.class).stream()
                .filter(provider -> provider.type().equals(MqttProvider.class))
                .map(ServiceLoader.Provider::get)
                .map(provider ->
                        provider.create(Device.settings(null, Map.of()), device.time, device.metrics, device.control))
                .map(Adapter::types)
                .toList();
        assertThat(types).containsExactly(Set.of("mqtt"));
    }

    @Test
    void aMessageBecomesAnEventWithWhatTheWildcardsMatched() throws Exception {
        device.with(fn("house/hot", "on/temperature", "mqtt:house/+/temperature/#"));
        var properties = new MqttProperties();
        properties.setContentType("application/json");
        properties.setResponseTopic("answers/here");
        properties.setUserProperties(List.of(new UserProperty("unit", "C"), new UserProperty("a b", "1 2")));
        outside.publish("house/attic/temperature/air/raw", "31", properties);

        var accepted = device.intake.next();
        var event = accepted.event();
        assertThat(accepted.trigger().name()).isEqualTo("temperature");
        assertThat(event.type()).isEqualTo("dev.fern.mqtt.message");
        assertThat(event.subject()).isEqualTo("house/attic/temperature/air/raw");
        assertThat(event.source()).isEqualTo("/fern/test/mqtt/default");
        assertThat(event.dataContentType()).isEqualTo("application/json");
        assertThat(event.data()).isEqualTo(Payload.of("31"));
        assertThat(event.matches()).containsExactly("attic", "air/raw");
        assertThat(event.headers().first("Fern-Mqtt-Property-Unit")).isEqualTo("C");
        assertThat(event.headers().first("Fern-Mqtt-Property-a-b")).isEqualTo("1 2");
        assertThat(event.headers().first("Fern-Mqtt-Retained")).isNull();
        assertThat(event.headers().toString()).doesNotContain("answers/here");
    }

    @Test
    void anAnswerIsPublishedAsTheTargetSays() throws Exception {
        outside.subscribe("alerts/#");
        device.awaitUp();
        var sent = device.send(target("house/hot", "alerts", "mqtt:alerts/heat?retain=true&expiry=1h"), "too hot");
        sent.toCompletableFuture().get(60, TimeUnit.SECONDS);

        var heard = outside.next();
        assertThat(heard.topic()).isEqualTo("alerts/heat");
        assertThat(heard.text()).isEqualTo("too hot");
        assertThat(heard.qos()).isEqualTo(1);
        assertThat(heard.retained()).isTrue();
        assertThat(heard.properties().getContentType()).isEqualTo("text/plain");
        assertThat(heard.properties().getMessageExpiryInterval()).isBetween(3590L, 3600L);
    }

    @Test
    void qos0IsDoneWhenItIsWritten() throws Exception {
        outside.subscribe("alerts/#");
        device.awaitUp();
        var sent = device.send(target("house/hot", "alerts", "mqtt:alerts/heat?qos=0"), "too hot");
        sent.toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertThat(outside.next().qos()).isZero();
    }

    @Test
    void anOperatorMakesAMessageByHand() throws Exception {
        device.with(fn("house/hot", "on/t", "mqtt:by/hand"));
        device.adapter.emit("by/hand", Payload.of("x"));
        assertThat(device.intake.next().event().data()).isEqualTo(Payload.of("x"));
    }

    @Test
    void aTriggerListensOnlyWhenTheBrokerHasAcknowledgedIt() throws Exception {
        var fn = fn("house/hot", "on/t", "mqtt:a/b");
        device.awaitUp();
        assertThat(device.adapter.health(Device.mqtt(fn).getFirst())).isInstanceOf(Health.Down.class);
        device.with(fn);
        outside.publish("a/b", "1");
        assertThat(device.intake.next().event().data()).isEqualTo(Payload.of("1"));
    }

    @Test
    void aSlowFunctionDoesNotHoldUpAFastOneOnTheSameConnection() throws Exception {
        device.intake.doneAtOnce(false);
        device.with(fn("house/slow", "on/t", "mqtt:slow"), fn("house/fast", "on/t", "mqtt:fast"));
        outside.publish("slow", "x");
        var slow = device.intake.next();
        for (int i = 0; i < 100; i++) {
            outside.publish("fast", "" + i);
        }
        for (int i = 0; i < 100; i++) {
            var fast = device.intake.next();
            assertThat(fast.event().data().text()).isEqualTo("" + i);
            fast.done().complete(null);
        }
        assertThat(slow.kept()).as("on disk, for it held up the others").isTrue();
        Device.await(() -> device.count("fern_mqtt_acknowledged_total") == 101, "not all acknowledged");
    }

    @Test
    void theBrokerKeepsWhatTheIntakeHasNoRoomFor() throws Exception {
        device.intake.full(true);
        device.with(fn("house/one", "on/t", "mqtt:a/b"), fn("house/two", "on/t", "mqtt:a/+"));
        for (int i = 0; i < 200; i++) {
            outside.publish("a/b", "" + i);
        }
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == Inbox.RECEIVE_MAXIMUM, "less came than may");
        Device.pause(Duration.ofMillis(200));
        assertThat(device.count("fern_mqtt_received_total")).isEqualTo(Inbox.RECEIVE_MAXIMUM);
        device.intake.full(false);
        var texts = new HashMap<String, List<String>>();
        for (int i = 0; i < 400; i++) {
            var call = device.intake.next();
            texts.computeIfAbsent(call.trigger().fn().name(), _ -> new ArrayList<>())
                    .add(call.event().data().text());
        }
        var expected = IntStream.range(0, 200).mapToObj(String::valueOf).toList();
        assertThat(texts).containsEntry("one", expected).containsEntry("two", expected);
    }

    @Test
    void aRefusedMessageFailsWithTheReason() throws Exception {
        var access = folder.resolve("access");
        Files.writeString(access, "topic readwrite fern/#\n");
        try (var strict = Mosquitto.start(folder.resolve("strict"), "acl_file " + access);
                var refused = new Device(strict.url())) {
            refused.awaitUp();
            var sent = refused.send(target("house/hot", "x", "mqtt:secret/topic"), "1")
                    .toCompletableFuture();
            Device.await(sent::isDone, "no answer");
            assertThat(sent.exceptionNow())
                    .isInstanceOfSatisfying(
                            SinkException.class, e -> assertThat(e.lasting()).isTrue())
                    .hasMessage("the broker does not let this device publish to secret/topic; "
                            + "allow it in the broker's access list");
        }
    }

    @Test
    void whatCannotBePublishedFailsForGood() {
        var large = device.send(target("house/hot", "x", "mqtt:a"), "x".repeat(2 << 20));
        var wild = device.send(target("house/hot", "x", "mqtt:a/+"), "x");
        var unfilled = device.send(target("house/hot", "x", "mqtt:a/{1}"), "x");
        assertThat(List.of(large, wild, unfilled))
                .allSatisfy(sent -> assertThat(sent.toCompletableFuture().exceptionNow())
                        .isInstanceOfSatisfying(
                                SinkException.class,
                                e -> assertThat(e.lasting()).isTrue()));
    }

    @Test
    void placeholdersThatAreStillOpenAreFilled() throws Exception {
        outside.subscribe("alerts/#");
        device.awaitUp();
        var event = Event.of(
                "/x", Event.FN_RESULT, null, Instant.EPOCH, null, Headers.of("Fern-Match-1", "attic"), Payload.of("1"));
        device.adapter.send(event, target("house/hot", "x", "mqtt:alerts/{1}/heat"));
        assertThat(outside.next().topic()).isEqualTo("alerts/attic/heat");
    }
}
