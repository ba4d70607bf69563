package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static dev.fern.kit.Examples.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Health;
import dev.fern.SinkException;
import dev.fern.kit.Mosquitto;
import dev.fern.kit.RecordingIntake.Accepted;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A broker that comes and goes.
class ReconnectTest {
    @TempDir
    Path folder;

    private Mosquitto broker;
    private Device device;

    @BeforeEach
    void start() {
        broker = Mosquitto.start(folder);
        device = new Device(broker.url());
    }

    @AfterEach
    void stop() {
        device.close();
        broker.close();
    }

    @Test
    void aBrokerThatIsNotThereYetIsWaitedForWithAReason() throws Exception {
        device.close();
        broker.stop();
        long before = System.nanoTime();
        device = new Device(broker.url());
        var fn = fn("house/one", "on/t", "mqtt:a/b");
        device.bind(fn);
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(9));
        var down = device.awaitDown();
        assertThat(down.problem().why()).isEqualTo("nobody listens at " + broker.url());
        assertThat(down.problem().whatToDo()).contains("mqtt.url");
        assertThat(device.adapter.health(Device.mqtt(fn).getFirst())).isEqualTo(down);

        broker.again();
        device.with(fn);
        try (var outside = new Outside(broker.port())) {
            outside.publish("a/b", "1");
        }
        assertThat(text(device.intake.next())).isEqualTo("1");
    }

    @Test
    void whatWasNotDoneComesAgainAfterTheBrokersRestart() throws Exception {
        device.intake.doneAtOnce(false);
        device.with(fn("house/one", "on/t", "mqtt:a/b"));
        try (var outside = new Outside(broker.port())) {
            outside.publish("a/b", "1");
            outside.publish("a/b", "2");
        }
        var first = device.intake.next();
        var second = device.intake.next();
        first.done().complete(null);
        Device.await(() -> broker.log().contains("Received PUBACK from fern-test"), "no PUBACK");
        broker.stop();
        device.awaitDown();
        assertThat(first.withdrawn()).isFalse();
        assertThat(second.withdrawn()).isTrue();

        broker.again();
        var again = device.intake.next();
        assertThat(text(again)).isEqualTo("2");
        assertThat(again.event().id()).isNotEqualTo(second.event().id());
        second.done().complete(null);
        again.done().complete(null);
        Device.await(() -> broker.log().contains("Received PUBACK from fern-test"), "no PUBACK");
        assertThat(device.count("fern_mqtt_acknowledged_total")).isEqualTo(2);
        assertThat(device.count("fern_mqtt_reconnects_total")).isEqualTo(1);
        restart();
        assertNoMore();
    }

    @Test
    void whatTheBrokerKeptFindsTheTriggersThatAreKnownWhenTheDeviceConnects() throws Exception {
        var fn = fn("house/one", "on/t", "mqtt:a/b");
        device.with(fn).close();
        try (var outside = new Outside(broker.port())) {
            outside.publish("a/b", "kept");
        }

        device = new Device(broker.url(), fn);

        assertThat(text(device.intake.next())).isEqualTo("kept");
        assertThat(device.count("fern_mqtt_leftover_total")).isZero();
        assertThat(broker.log()).doesNotContain("UNSUBSCRIBE");
    }

    @Test
    void aBrokerThatForgotEverythingIsSubscribedToAgain() throws Exception {
        var fn = fn("house/one", "on/t", "mqtt:a/b");
        device.with(fn);
        broker.kill();
        broker.forget();
        device.awaitDown();
        broker.again();
        device.with(fn);
        try (var outside = new Outside(broker.port())) {
            outside.publish("a/b", "1");
        }
        assertThat(text(device.intake.next())).isEqualTo("1");
        assertNoMore();
    }

    @Test
    void retainedMessagesComeAgainOnlyToWhoAlwaysWantsThem() throws Exception {
        try (var outside = new Outside(broker.port())) {
            outside.publish("new", "1", 1, true);
            outside.publish("always", "2", 1, true);
        }
        var once = fn("house/once", "on/t", "mqtt:new");
        var always = fn("house/always", "on/t", "mqtt:always?retained=always");
        device.with(once, always);
        device.intake.next();
        device.intake.next();
        Device.await(
                () -> broker.log()
                                .lines()
                                .filter(line -> line.contains("Received PUBACK from fern-test"))
                                .count()
                        == 2,
                "not acknowledged");
        restart();
        device.with(once, always);
        assertThat(text(device.intake.next())).isEqualTo("2");
        assertNoMore();
    }

    @Test
    void whatIsSentMeanwhileLeavesInOrderWhenTheBrokerIsBack() throws Exception {
        awaitSettled();
        broker.stop();
        device.awaitDown();
        var sent = new ArrayList<CompletionStage<Void>>();
        for (int i = 0; i < 100; i++) {
            sent.add(device.send(target("house/one", "out", "mqtt:out"), "" + i));
        }
        assertThat(sent).noneMatch(one -> one.toCompletableFuture().isDone());
        assertThat(device.gauge("fern_mqtt_outbox_messages")).isEqualTo(100);
        broker.again();
        try (var outside = new Outside(broker.port()).subscribe("out")) {
            for (int i = 0; i < 100; i++) {
                assertThat(outside.next().text()).isEqualTo("" + i);
            }
        }
        for (var one : sent) {
            one.toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        assertThat(device.gauge("fern_mqtt_outbox_bytes")).isZero();
    }

    @Test
    void whatWasUnderWayWhenTheBrokerDiedIsSentAgainFirst() throws Exception {
        awaitSettled();
        broker.freeze();
        var sent = new ArrayList<CompletionStage<Void>>();
        for (int i = 0; i < 100; i++) {
            sent.add(device.send(target("house/one", "out", "mqtt:out"), "" + i));
        }
        Device.pause(Duration.ofMillis(200));
        assertThat(sent).noneMatch(one -> one.toCompletableFuture().isDone());
        broker.kill();
        device.awaitDown();
        broker.again();
        try (var outside = new Outside(broker.port()).subscribe("out")) {
            for (int i = 0; i < 100; i++) {
                assertThat(outside.next().text()).isEqualTo("" + i);
            }
        }
        for (var one : sent) {
            one.toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void overTheLimitOfTheOutboxItIsSaidAtOnceThatItMayWorkLater() {
        awaitSettled();
        broker.stop();
        device.awaitDown();
        var target = target("house/one", "out", "mqtt:out");
        for (int i = 0; i < 1000; i++) {
            assertThat(device.send(target, "x").toCompletableFuture()).isNotDone();
        }
        var over = device.send(target, "x").toCompletableFuture();
        assertThat(over).isCompletedExceptionally();
        assertThat(over.exceptionNow())
                .isInstanceOfSatisfying(
                        SinkException.class, e -> assertThat(e.lasting()).isFalse())
                .hasMessageContaining("1000 messages");
    }

    @Test
    void theOutboxIsBoundedInBytesToo() {
        device.awaitUp();
        broker.stop();
        device.awaitDown();
        var target = target("house/one", "out", "mqtt:out");
        var large = "x".repeat(900_000);
        for (int i = 0; i < 4; i++) {
            assertThat(device.send(target, large).toCompletableFuture()).isNotDone();
        }
        assertThat(device.send(target, large).toCompletableFuture()).isCompletedExceptionally();
        assertThat(device.send(target, "small").toCompletableFuture()).isNotDone();
    }

    @Test
    void aMessageThatNobodyWantsAnyMoreIsNotSent() throws Exception {
        device.awaitUp();
        broker.stop();
        device.awaitDown();
        var late = device.send(target("house/one", "out", "mqtt:out?expiry=1s"), "late");
        Device.pause(Duration.ofMillis(1100));
        broker.again();
        Device.await(late.toCompletableFuture()::isDone, "nobody was told");
        assertThat(late.toCompletableFuture().exceptionNow()).hasMessageContaining("not sent within its expiry of 1 s");
    }

    @Test
    void aFunctionThatGoesWhileTheBrokerIsAwayIsUnsubscribedLater() throws Exception {
        var stays = fn("house/stays", "on/t", "mqtt:a/b");
        device.with(stays, fn("house/goes", "on/t", "mqtt:x/y"));
        broker.stop();
        device.awaitDown();
        device.bind(stays);
        broker.again();
        device.with(stays);
        Device.await(() -> broker.log().contains("Sending UNSUBACK to fern-test"), "still subscribed");
        try (var outside = new Outside(broker.port())) {
            outside.publish("x/y", "1");
            outside.publish("a/b", "2");
        }
        assertThat(text(device.intake.next())).isEqualTo("2");
        assertThat(device.count("fern_mqtt_received_total")).isEqualTo(1);
    }

    @Test
    void aSecondDeviceWithTheSameIdIsNoticedAndNamed() {
        device.awaitUp();
        try (var twin = new Device(broker.url())) {
            twin.awaitUp();
            Device.await(
                    () -> device.adapter.health().get("mqtt") instanceof Health.Down(var problem)
                            && problem.why().contains("as if another client had the id fern-test too")
                            && problem.whatToDo().contains("mqtt.client-id"),
                    "not noticed");
        }
    }

    @Test
    void connectionsLeaveNoThreadsBehind() throws Exception {
        device.awaitUp();
        Device.await(() -> pahos().size() <= 3, "more than receiver, sender and callback: " + pahos());
        for (int i = 0; i < 3; i++) {
            restart();
        }
        Device.await(() -> pahos().size() <= 3, "threads of connections that are gone: " + pahos());
        device.close();
        Device.await(() -> pahos().isEmpty(), "threads after the end: " + pahos());
    }

    @Test
    void aBrokerThatHangsUpAtOnceLeavesNoThreadsBehind() throws Exception {
        device.close();
        try (var rude = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var guest = new Device(
                        Device.settings(Device.broker("mqtt://127.0.0.1:" + rude.getLocalPort()), Map.of()), 20)) {
            for (int i = 0; i < 5; i++) {
                rude.accept().close();
            }
            assertThat(guest.awaitDown()).isNotNull();
        }
        Device.await(() -> pahos().isEmpty(), "threads of connections that never were: " + pahos());
    }

    @Test
    void twoBrokersAreTwoConnections() throws Exception {
        device.close();
        try (var plant = Mosquitto.start(folder.resolve("plant"))) {
            device = new Device(
                    Device.settings(Device.broker(broker.url()), Map.of("plant", Device.broker(plant.url()))));
            device.with(fn("house/one", "on/t", "mqtt:a/b", "on/u", "mqtt:a/b?broker=plant"));
            try (var outside = new Outside(plant.port()).subscribe("out")) {
                outside.publish("a/b", "1");
                var call = device.intake.next();
                assertThat(call.trigger().name()).isEqualTo("u");
                assertThat(call.event().source()).isEqualTo("/fern/test/mqtt/plant");
                device.send(target("house/one", "out", "mqtt:out?broker=plant"), "2");
                assertThat(outside.next().text()).isEqualTo("2");
            }
            broker.stop();
            device.awaitDown();
            assertThat(device.adapter.health().get("mqtt/plant")).isEqualTo(Health.UP);
        }
    }

    /// Connected, and its own two messages, online and status, have left.
    private void awaitSettled() {
        device.awaitUp();
        Device.await(
                () -> device.count("fern_mqtt_published_total") >= 2 && device.gauge("fern_mqtt_outbox_messages") == 0,
                "its own messages have not left");
    }

    private void restart() {
        broker.stop();
        device.awaitDown();
        broker.again();
        device.awaitUp();
    }

    private void assertNoMore() {
        Device.pause(Duration.ofMillis(300));
        assertThat(device.intake.rest()).isEmpty();
    }

    private static List<String> pahos() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("MQTT ") && name.endsWith("fern-test"))
                .toList();
    }

    private static String text(Accepted call) {
        return call.event().data().text();
    }
}
