package dev.fern.mqtt;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Fn;
import dev.fern.Settings;
import dev.fern.kit.RecordingIntake.Accepted;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Who gets which message, as a real broker hands them out.
class SubscriptionsTest extends OnABroker {
    @Test
    void functionsOnOverlappingFiltersEachGetAMessageOnce() throws Exception {
        device.with(
                fn("house/one", "on/t", "mqtt:a/b"),
                fn("house/two", "on/t", "mqtt:a/+"),
                fn("house/three", "on/t", "mqtt:a/#", "on/again", "mqtt:a/b"),
                fn("house/four", "on/t", "mqtt:a/+"),
                fn("house/elsewhere", "on/t", "mqtt:b/#"));
        outside.publish("a/b", "1");
        assertThat(heard(5)).containsExactlyInAnyOrder("one:1", "two:1", "three:1", "three:1", "four:1");
        assertNoMore();
    }

    @Test
    void aPlainAndASharedSubscriptionOnOneTopicBothWork() throws Exception {
        device.with(fn("house/plain", "on/t", "mqtt:a/b"), fn("house/shared", "on/t", "mqtt:a/b?share=group"));
        outside.publish("a/b", "1");
        assertThat(heard(2)).containsExactlyInAnyOrder("plain:1", "shared:1");
        assertNoMore();
    }

    @Test
    void devicesOfAGroupShareTheMessages() throws Exception {
        var fn = fn("house/shared", "on/t", "mqtt:a/b?share=group");
        var settings = Device.settings(
                new Settings.Broker(
                        URI.create(broker.url()), "fern-other", false, "fern", null, null, null, null, null),
                Map.of());
        try (var other = new Device(settings).with(fn)) {
            device.with(fn);
            for (int i = 0; i < 10; i++) {
                outside.publish("a/b", "" + i);
            }
            var texts = new ArrayList<String>();
            Device.await(
                    () -> {
                        device.intake.rest().forEach(call -> texts.add(text(call)));
                        other.intake.rest().forEach(call -> texts.add(text(call)));
                        return texts.size() >= 10;
                    },
                    "messages are missing");
            assertThat(texts).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        }
    }

    @Test
    void eachTriggerOfAFilterGetsTheRetainedMessageAsItSays() throws Exception {
        outside.publish("a/b", "stored", 1, true);
        device.with(
                fn("house/new", "on/t", "mqtt:a/b"),
                fn("house/always", "on/t", "mqtt:a/b?retained=always"),
                fn("house/no", "on/t", "mqtt:a/b?retained=no"));
        var accepted = List.of(device.intake.next(), device.intake.next());
        assertThat(accepted)
                .extracting(SubscriptionsTest::who)
                .containsExactlyInAnyOrder("new:stored", "always:stored");
        assertThat(accepted)
                .allMatch(call -> "true".equals(call.event().headers().first("Fern-Mqtt-Retained")));
        assertNoMore();

        outside.publish("a/b", "now");
        assertThat(heard(3)).containsExactlyInAnyOrder("new:now", "always:now", "no:now");
        assertNoMore();
    }

    @Test
    void aTriggerThatComesLaterGetsTheRetainedMessageAlone() throws Exception {
        var first = fn("house/first", "on/t", "mqtt:a/b");
        var never = fn("house/never", "on/t", "mqtt:a/b?retained=no");
        outside.publish("a/b", "stored", 1, true);
        device.with(first);
        assertThat(heard(1)).containsExactly("first:stored");
        device.with(first, never);
        assertNoMore();
        device.with(first, never, fn("house/later", "on/t", "mqtt:a/b"));
        assertThat(heard(1)).containsExactly("later:stored");
        outside.publish("a/b", "now");
        assertThat(heard(3)).containsExactlyInAnyOrder("first:now", "later:now", "never:now");
        assertNoMore();
    }

    @Test
    void aLiveMessageThatItsSenderWantsKeptSaysSo() throws Exception {
        device.with(fn("house/one", "on/t", "mqtt:a/b"));
        outside.publish("a/b", "kept", 1, true);
        assertThat(device.intake.next().event().headers().first("Fern-Mqtt-Retained"))
                .isEqualTo("true");
        outside.publish("a/b", "passing", 1, false);
        assertThat(device.intake.next().event().headers().first("Fern-Mqtt-Retained"))
                .isNull();
    }

    @Test
    void aTriggersOwnQosDecidesWhatHappensToItsMessages() throws Exception {
        device.intake.full(true);
        device.with(fn("house/careful", "on/t", "mqtt:a/b"), fn("house/careless", "on/t", "mqtt:a/b?qos=0"));
        outside.publish("a/b", "1");
        Device.await(() -> device.count("fern_events_dropped_total") == 1, "the careless one did not drop it");
        device.intake.full(false);
        assertThat(heard(1)).containsExactly("careful:1");
        assertNoMore();
    }

    @Test
    void aFilterNoLongerWantedIsUnsubscribed() throws Exception {
        var stays = fn("house/stays", "on/t", "mqtt:a/b");
        device.with(stays, fn("house/goes", "on/t", "mqtt:a/#", "on/u", "mqtt:x/y"));
        device.with(stays);
        Device.await(
                () -> broker.log()
                                .lines()
                                .filter(line -> line.contains("Sending UNSUBACK"))
                                .count()
                        == 2,
                "no UNSUBACK");
        outside.publish("a/b", "1");
        outside.publish("a/c", "2");
        outside.publish("x/y", "3");
        outside.publish("a/b", "4");
        assertThat(heard(2)).containsExactly("stays:1", "stays:4");
        assertNoMore();
        assertThat(device.count("fern_mqtt_received_total")).isEqualTo(2);
    }

    @Test
    void whatTheSessionStillHoldsForAFunctionThatIsGoneIsAcknowledgedAndCounted() throws Exception {
        var goes = fn("house/goes", "on/t", "mqtt:a/#");
        device.with(goes);
        device.close();
        outside.publish("a/b", "1");
        device = new Device(broker.url());
        device.awaitUp();
        Device.await(() -> device.count("fern_mqtt_leftover_total") == 1, "not counted");
        device.close();
        device = new Device(broker.url()).with(fn("house/other", "on/t", "mqtt:b"));
        Device.pause(Duration.ofMillis(300));
        assertThat(device.count("fern_mqtt_received_total")).isZero();
    }

    @Test
    void whatWaitedInTheSessionFindsItsFunctionsAfterARestart() throws Exception {
        Fn[] fns = {fn("house/one", "on/t", "mqtt:a/b"), fn("house/two", "on/t", "mqtt:a/+?retained=always")};
        device.with(fns);
        device.close();
        outside.publish("a/b", "1");
        outside.publish("a/b", "2");
        device = new Device(broker.url());
        device.bind(fns);
        assertThat(heard(4)).containsExactlyInAnyOrder("one:1", "two:1", "one:2", "two:2");
        assertNoMore();
    }

    @Test
    void aMessageOverTheLimitIsRefusedAcknowledgedAndCounted() throws Exception {
        device.close();
        var limits = new Settings.Limits(32, 1000, 100_000, 1 << 20, 1000, 1 << 20);
        device = new Device(Device.settings(Device.broker(broker.url()), Map.of(), limits));
        device.with(fn("house/one", "on/t", "mqtt:a/b"));
        outside.publish("a/b", "x".repeat(1001));
        outside.publish("a/b", "x".repeat(1000));
        assertThat(device.intake.next().event().data().size()).isEqualTo(1000);
        assertNoMore();
        assertThat(device.count("fern_events_refused_total")).isEqualTo(1);
        Device.await(() -> device.count("fern_mqtt_acknowledged_total") == 2, "not acknowledged");
    }

    private List<String> heard(int count) throws InterruptedException {
        var heard = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            heard.add(who(device.intake.next()));
        }
        return heard;
    }

    private void assertNoMore() {
        Device.pause(Duration.ofMillis(200));
        assertThat(device.intake.rest()).extracting(SubscriptionsTest::who).isEmpty();
    }

    private static String who(Accepted call) {
        return call.trigger().fn().name() + ":" + text(call);
    }

    private static String text(Accepted call) {
        return call.event().data().text();
    }
}
