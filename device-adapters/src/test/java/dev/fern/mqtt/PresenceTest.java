package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.CallInfo;
import dev.fern.FnName;
import dev.fern.Problem;
import io.helidon.json.JsonParser;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The device's own topics.
class PresenceTest extends OnABroker {
    @Test
    void itIsOnlineAndSaysGoodbye() throws Exception {
        device.awaitUp();
        outside.subscribe("fern/test/online");
        var online = outside.next();
        assertThat(online.text()).isEqualTo("online");
        assertThat(online.retained()).isTrue();
        device.close();
        var offline = outside.next();
        assertThat(offline.text()).isEqualTo("offline");
        assertThat(offline.retained()).isTrue();
    }

    @Test
    void theDaemonHearsWhenTheBrokerIsThereAndWhenItIsGone() throws Exception {
        assertThat(device.control.onlines.poll(60, TimeUnit.SECONDS)).isTrue();
        broker.close();
        assertThat(device.control.onlines.poll(60, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void whenItVanishesTheBrokerSaysSo() throws Exception {
        var presence = new Presence(
                Device.settings(null, Map.of()).device(),
                Device.broker(broker.url()),
                device.control,
                device.time,
                device.metrics);
        device.close();
        outside.subscribe("fern/test/online");
        assertThat(outside.next().text()).isEqualTo("offline");
        var up = new CountDownLatch(1);
        var plan = new Link.Plan(
                Device.broker(broker.url()), "mqtt", presence.manners().offline(), 40, 1 << 20);
        device = new Device(Device.settings(null, Map.of()));
        var link = new Link(plan, device.time, new Link.Listener() {
            @Override
            public void up(Link link, Link.Limits limits) {
                up.countDown();
            }

            @Override
            public void arrived(Link link, Incoming message) {}

            @Override
            public void down(Link link, Problem why) {}
        });
        link.open();
        assertThat(up.await(60, TimeUnit.SECONDS)).isTrue();
        link.abort();
        var will = outside.next();
        assertThat(will.text()).isEqualTo("offline");
        assertThat(will.retained()).isTrue();
    }

    @Test
    void itsStatusIsRetainedAndToldOnceASecondAtMost() throws Exception {
        outside.subscribe("fern/test/status");
        var first = outside.next();
        assertThat(first.text()).isEqualTo("{\"device\":\"test\"}");
        assertThat(first.retained()).isTrue();
        assertThat(first.properties().getContentType()).isEqualTo("application/json");
        for (int i = 0; i < 100; i++) {
            device.control.status = "{\"n\":" + i + "}";
            device.control.listeners.forEach(listener -> listener.statusChanged());
        }
        int told = 1;
        while (!outside.next().text().equals("{\"n\":99}")) {
            told++;
        }
        assertThat(told).isLessThan(10);
        device.control.listeners.forEach(listener -> listener.statusChanged());
        Device.pause(Duration.ofMillis(1200));
        assertThat(outside.rest()).as("nothing is different").isEmpty();
    }

    @Test
    void theStatusIsToldAgainToABrokerThatForgotIt() throws Exception {
        device.awaitUp();
        outside.subscribe("fern/test/status");
        outside.next();
        Device.await(() -> device.gauge("fern_mqtt_outbox_messages") == 0, "not acknowledged");
        broker.kill();
        broker.forget();
        device.awaitDown();
        device.control.status = "{\"n\":1}";
        device.control.listeners.forEach(listener -> listener.statusChanged());
        broker.again();
        try (var later = new Outside(broker.port()).subscribe("fern/test/status")) {
            assertThat(later.next().text()).isEqualTo("{\"n\":1}");
        }
    }

    @Test
    void eachDeadCallIsNoticed() throws Exception {
        device.awaitUp();
        outside.subscribe("fern/test/dead");
        var call = new CallInfo(
                "01ABC",
                FnName.parse("house/hot"),
                "temperature",
                "dead",
                6,
                Instant.EPOCH,
                "it \"threw\"",
                Device.event("x", null));
        device.control.listeners.forEach(listener -> listener.died(call));
        var notice = JsonParser.create(outside.next().text()).readJsonObject();
        assertThat(notice.stringValue("call")).contains("01ABC");
        assertThat(notice.stringValue("app")).contains("house");
        assertThat(notice.stringValue("function")).contains("hot");
        assertThat(notice.stringValue("trigger")).contains("temperature");
        assertThat(notice.intValue("attempt")).contains(6);
        assertThat(notice.stringValue("reason")).contains("it \"threw\"");
    }

    @Test
    void aNudgeToTheDeviceOrToAllMakesItLookAtTheCloud() throws Exception {
        device.with(fn("house/one", "on/t", "mqtt:fern/#"));
        outside.publish("fern/test/sync", "");
        assertThat(device.control.syncs.poll(60, TimeUnit.SECONDS)).isNotNull();
        outside.publish("fern/all/sync", "");
        assertThat(device.control.syncs.poll(60, TimeUnit.SECONDS)).isNotNull();
        outside.publish("fern/other/sync", "");
        assertThat(device.control.syncs.poll(300, TimeUnit.MILLISECONDS)).isNull();
        Device.await(() -> device.gauge("fern_mqtt_unacknowledged") == 0, "not acknowledged");
    }

    @Test
    void aFunctionMayListenToTheSameTopic() throws Exception {
        device.with(fn("house/one", "on/t", "mqtt:fern/all/sync"));
        outside.publish("fern/all/sync", "now");
        assertThat(device.control.syncs.poll(60, TimeUnit.SECONDS)).isNotNull();
        assertThat(device.intake.next().event().data().text()).isEqualTo("now");
    }
}
