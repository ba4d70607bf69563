package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static dev.fern.kit.Examples.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Health;
import dev.fern.kit.Mosquitto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Brokers that are within the standard, and yet not what one expects.
class OddBrokerTest {
    private static final int SUBSCRIBE = 8;

    @TempDir
    Path folder;

    @Test
    void onePublishWithSeveralIdentifiersReachesEachFunctionOnce() throws Exception {
        try (var broker = new ScriptedBroker(1);
                var device = new Device(broker.url())) {
            device.with(fn("house/one", "on/t", "mqtt:a/b"), fn("house/two", "on/t", "mqtt:a/+"));
            var ids = identifiers(broker, "a/b", "a/+");
            broker.connections.take().write(ScriptedBroker.publish("a/b", "1", ids));
            assertThat(List.of(device.intake.next(), device.intake.next()))
                    .extracting(call -> call.trigger().fn().name())
                    .containsExactlyInAnyOrder("one", "two");
            Device.pause(Duration.ofMillis(100));
            assertThat(device.intake.rest()).isEmpty();
        }
    }

    @Test
    void anIdentifierFromBeforeOurTimeFallsBackToTheTopic() throws Exception {
        try (var broker = new ScriptedBroker(1);
                var device = new Device(broker.url())) {
            device.with(fn("house/one", "on/t", "mqtt:a/b"), fn("house/two", "on/t", "mqtt:b/+"));
            broker.connections.take().write(ScriptedBroker.publish("b/x", "1", List.of(77)));
            assertThat(device.intake.next().trigger().fn().name()).isEqualTo("two");
        }
    }

    @Test
    void aBrokerWithoutIdentifiersIsAskedForNone() throws Exception {
        int subscriptionIdentifiersAvailable = 0x29;
        try (var broker = new ScriptedBroker(1, subscriptionIdentifiersAvailable, 0);
                var device = new Device(broker.url())) {
            device.with(fn("house/one", "on/t", "mqtt:a/b"), fn("house/two", "on/t", "mqtt:a/+"));
            assertThat(identifiers(broker, "a/b", "a/+")).containsExactly(0, 0);
            broker.connections.take().write(ScriptedBroker.publish("a/b", "1", List.of()));
            assertThat(List.of(device.intake.next(), device.intake.next()))
                    .extracting(call -> call.trigger().fn().name())
                    .containsExactlyInAnyOrder("one", "two");
        }
    }

    @Test
    void aRefusedSubscriptionIsThatTriggersProblem() throws Exception {
        try (var broker = new ScriptedBroker(0x87);
                var device = new Device(broker.url())) {
            var fn = fn("house/one", "on/t", "mqtt:a/b");
            device.bind(fn);
            Device.await(
                    () -> device.adapter.health(Device.mqtt(fn).getFirst()) instanceof Health.Down(var problem)
                            && problem.why().equals("the broker does not let this device listen to a/b"),
                    "no reason");
            device.awaitUp();
        }
    }

    @Test
    void aLesserQosThanWantedIsAProblem() throws Exception {
        try (var broker = new ScriptedBroker(0);
                var device = new Device(broker.url())) {
            var fn = fn("house/one", "on/t", "mqtt:a/b");
            device.bind(fn);
            Device.await(
                    () -> device.adapter.health(Device.mqtt(fn).getFirst()) instanceof Health.Down(var problem)
                            && problem.why().contains("grants a/b no qos=1"),
                    "no reason");
            device.with(fn("house/two", "on/t", "mqtt:a/c?qos=0"));
        }
    }

    @Test
    void aReceiveMaximumOf65535IsNotTakenForANegativeNumber() throws Exception {
        int receiveMaximum = 0x21;
        try (var broker = new ScriptedBroker(1, receiveMaximum, 0xFF, 0xFF);
                var device = new Device(broker.url())) {
            device.awaitUp();
            device.send(target("house/hot", "x", "mqtt:x"), "1")
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void theBrokersReceiveMaximumIsKeptAndNothingIsLostAtIt() throws Exception {
        try (var broker = Mosquitto.start(folder, "max_inflight_messages 3", "max_queued_messages 0");
                var outside = new Outside(broker.port()).subscribe("out");
                var device = new Device(broker.url())) {
            device.awaitUp();
            var sent = new ArrayList<CompletionStage<Void>>();
            for (int i = 0; i < 900; i++) {
                sent.add(device.send(target("house/hot", "x", "mqtt:out?qos=" + i % 2), "" + i));
            }
            for (var one : sent) {
                one.toCompletableFuture().get(20, TimeUnit.SECONDS);
            }
            var heard = new ArrayList<Integer>();
            for (int i = 0; i < 900; i++) {
                heard.add(Integer.parseInt(outside.next().text()));
            }
            // MQTT keeps the order within a QoS only
            assertThat(heard.stream().filter(i -> i % 2 == 0)).isSorted().hasSize(450);
            assertThat(heard.stream().filter(i -> i % 2 == 1)).isSorted().hasSize(450);
        }
    }

    @Test
    void aBrokerThatSaysWhyItEndsTheConnectionIsQuoted() throws Exception {
        try (var broker = new ScriptedBroker(1);
                var device = new Device(broker.url())) {
            device.awaitUp();
            broker.connections.take().write(new byte[] {(byte) 0xE0, 1, (byte) 0x8E});
            var problem = device.awaitDown().problem();
            assertThat(problem.why()).startsWith("another client took over the id fern-test at");
            assertThat(problem.whatToDo()).contains("mqtt.client-id");
        }
    }

    @Test
    void aMessageThatTheBrokerHangsUpOnDoesNotHoldUpTheOthersForEver() throws Exception {
        try (var broker = Mosquitto.start(folder, "message_size_limit 1000");
                var outside = new Outside(broker.port()).subscribe("out");
                var device = new Device(Device.settings(Device.broker(broker.url()), Map.of()), 10)) {
            device.awaitUp();
            var culprit = device.send(target("house/hot", "x", "mqtt:out"), "x".repeat(2000));
            var innocent = device.send(target("house/hot", "x", "mqtt:out"), "small");
            innocent.toCompletableFuture().get(30, TimeUnit.SECONDS);
            assertThat(culprit.toCompletableFuture()).isCompletedExceptionally();
            assertThat(culprit.toCompletableFuture().exceptionNow().getMessage())
                    .contains("ended the connection each time this message for out was sent");
            assertThat(outside.next().text()).isEqualTo("small");
        }
    }

    @Test
    void aBrokerThatNeverAnswersIsGivenUpAndTriedAgain() throws Exception {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var device = new Device(
                        Device.settings(Device.broker("mqtt://127.0.0.1:" + silent.getLocalPort()), Map.of()), 50)) {
            var first = silent.accept();
            var down = device.awaitDown();
            assertThat(down.problem().why()).isEqualTo("no answer from mqtt://127.0.0.1:" + silent.getLocalPort());
            try (var second = silent.accept()) {
                assertThat(second.isConnected()).isTrue();
            }
            first.close();
        }
    }

    @Test
    void someoneWhoDoesNotSpeakMqttIsNamed() throws Exception {
        try (var web = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var device = new Device("mqtt://127.0.0.1:" + web.getLocalPort())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = web.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(device.awaitDown().problem().why()).contains("mqtt://127.0.0.1:" + web.getLocalPort());
        }
    }

    @Test
    void aBrokerThatWantsToHearMoreOftenDoes() {
        try (var broker = Mosquitto.start(folder, "max_keepalive 10");
                var device = new Device(broker.url())) {
            device.awaitUp();
            Device.await(() -> broker.log().contains("Received PINGREQ from fern-test"), "no ping in 20 s");
            device.awaitUp();
        }
    }

    @Test
    void whatIsAskedOfTheBrokerForRetainedMessages() throws Exception {
        try (var broker = new ScriptedBroker(1);
                var device = new Device(broker.url())) {
            device.with(
                    fn(
                            "house/one",
                            "on/t",
                            "mqtt:new",
                            "on/u",
                            "mqtt:always?retained=always",
                            "on/v",
                            "mqtt:no?retained=no"),
                    fn("house/two", "on/t", "mqtt:mixed", "on/u", "mqtt:mixed?retained=always"),
                    fn("house/three", "on/t", "mqtt:shared?share=g&qos=0"));
            // bits 4 and 5: Retain Handling; bit 3: Retain As Published; bits 0 and 1: QoS (MQTT 5, section 3.8.3.1)
            assertThat(options(broker, "new")).containsExactly(0b01_1001);
            assertThat(options(broker, "always")).containsExactly(0b00_1001);
            assertThat(options(broker, "no")).containsExactly(0b10_1001);
            assertThat(options(broker, "mixed")).containsExactly(0b01_0001, 0b00_0001, 0b10_1001);
            assertThat(options(broker, "$share/g/shared")).containsExactly(0b10_1000);
        }
    }

    private static List<Integer> options(ScriptedBroker broker, String filter) {
        return broker.packets.stream()
                .filter(packet -> packet.type() == SUBSCRIBE && filter(packet).equals(filter))
                .map(packet -> packet.body().getLast().intValue())
                .toList();
    }

    /// The Subscription Identifiers that these filters were subscribed with, 0 for none.
    private static List<Integer> identifiers(ScriptedBroker broker, String... filters) {
        var all = List.copyOf(broker.packets);
        var ids = new ArrayList<Integer>();
        for (var filter : filters) {
            for (var packet : all) {
                if (packet.type() == SUBSCRIBE && filter(packet).equals(filter)) {
                    ids.add(identifier(packet));
                }
            }
        }
        return ids;
    }

    private static String filter(ScriptedBroker.Packet packet) {
        int at = 3 + packet.body().get(2);
        int length = packet.body().get(at + 1);
        var text = new StringBuilder();
        packet.body().subList(at + 2, at + 2 + length).forEach(b -> text.append((char) b.intValue()));
        return text.toString();
    }

    private static int identifier(ScriptedBroker.Packet packet) {
        int id = 0;
        for (int i = 1; i < packet.body().get(2); i++) {
            id |= (packet.body().get(3 + i) & 0x7F) << 7 * (i - 1);
        }
        return id;
    }
}
