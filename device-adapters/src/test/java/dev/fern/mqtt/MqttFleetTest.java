package dev.fern.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Fleet.Device;
import dev.fern.Health;
import dev.fern.Settings;
import dev.fern.kit.Await;
import dev.fern.kit.Mosquitto;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttFleetTest {
    private static final long PLENTY = 1 << 30;

    @TempDir
    Path folder;

    private Mosquitto broker;
    private Outside outside;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(folder.resolve("passwords"), "");
        broker = Mosquitto.start(folder.resolve("broker"));
        outside = new Outside(broker.port());
    }

    @AfterEach
    void stop() throws Exception {
        outside.close();
        broker.close();
    }

    private MqttFleet open(String prefix, long most) {
        return open(broker.url(), prefix, null, most);
    }

    private static MqttFleet open(String url, String prefix, @Nullable String user, long most) {
        var fleet = new MqttFleet(
                new Settings.Broker(URI.create(url), "looks", false, prefix, user, null, null, null, null), most);
        fleet.open();
        return fleet;
    }

    private void retain(String topic, String text) throws Exception {
        outside.publish(topic, text, 1, true);
    }

    @Test
    void whatDevicesToldBeforeAndTellNowIsHeardUnderItsPrefix() throws Exception {
        retain("site/ferns/a/online", "online");
        retain("site/ferns/a/status", "{\"a\":1}");
        retain("site/ferns/b/online", "offline");
        retain("fern/c/online", "online");

        try (var fleet = open("site/ferns", PLENTY)) {
            Await.until("it is told", () -> fleet.heard() == 3);
            assertThat(fleet.health()).isEqualTo(Health.UP);
            assertThat(fleet.devices())
                    .isEqualTo(Map.of("a", new Device(true, "{\"a\":1}"), "b", new Device(false, "")));

            retain("site/ferns/a/online", "offline");
            Await.until(
                    "it is told",
                    () -> new Device(false, "{\"a\":1}").equals(fleet.devices().get("a")));
            retain("site/ferns/b/online", ""); // cleared
            Await.until("it is told", () -> !fleet.devices().containsKey("b"));

            outside.subscribe("site/ferns/all/sync");
            fleet.nudge();
            assertThat(outside.next().topic()).isEqualTo("site/ferns/all/sync");
        }
    }

    /// With mosquitto as it comes: 100 messages are on their way, 1,000 are kept, and each device has two.
    @Test
    void moreIsHeardThanTheBrokerKeepsForAClientAtOnce() throws Exception {
        int many = 600;
        for (int i = 0; i < many; i++) {
            retain("fern/d" + i + "/online", "online");
            retain("fern/d" + i + "/status", "{\"n\":" + i + "}");
        }

        try (var fleet = open("fern", PLENTY)) {
            Await.until("all are heard", () -> fleet.heard() == 2L * many);
            assertThat(fleet.devices()).hasSize(many).containsEntry("d599", new Device(true, "{\"n\":599}"));
            assertThat(fleet.left()).isZero();
        }
    }

    @Test
    void whatIsTooMuchIsNotKeptAndCounted() throws Exception {
        retain("fern/a/status", "x".repeat(600));
        retain("fern/b/status", "x".repeat(600));

        try (var fleet = open("fern", 1000)) {
            Await.until("it is told", () -> fleet.heard() == 2);
            assertThat(fleet.left()).isEqualTo(1);
            assertThat(fleet.devices()).hasSize(1);

            retain("fern/a/status", "");
            retain("fern/b/status", "");
            retain("fern/c/status", "x".repeat(600)); // there is room again
            Await.until("it is told", () -> fleet.heard() == 5);
            assertThat(fleet.left()).isEqualTo(1);
            assertThat(fleet.devices()).containsOnlyKeys("c");
        }
    }

    @Test
    void aBrokerThatIsNotThereOrDoesNotWantUsIsSaidInOneSentence() throws Exception {
        Mosquitto strict = Mosquitto.start(
                folder.resolve("strict"), "allow_anonymous false", "password_file " + folder.resolve("passwords"));
        try (strict;
                var refused = open(strict.url(), "fern", "me", PLENTY);
                var anonymous = open(strict.url(), "fern", null, PLENTY)) {
            assertThat(why(refused))
                    .isEqualTo(
                            strict.url()
                                    + " refused the user me; check mqtt.username, mqtt.password-file and the broker's list of users");
            assertThat(why(anonymous)).startsWith(strict.url() + " refused a client without a name; ");
        }
        try (var nobody = open(strict.url(), "fern", null, PLENTY)) {
            assertThat(why(nobody))
                    .isEqualTo("nobody listens at " + strict.url()
                            + "; start the broker, or check mqtt.url and the network");
            nobody.nudge();
        }
        try (var fleet = open("fern", PLENTY)) {
            broker.kill();
            Await.until("it is told", () -> fleet.health() instanceof Health.Down);
            assertThat(why(fleet))
                    .isEqualTo("the connection to " + broker.url() + " is lost; check the broker and the network");
        }
        broker.again();
    }

    private static String why(MqttFleet fleet) {
        return fleet.health() instanceof Health.Down(var problem) ? problem.toString() : "it is up";
    }
}
