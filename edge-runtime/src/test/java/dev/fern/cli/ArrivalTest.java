package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fleet;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.publish.Published;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArrivalTest {
    private static final Published NEW =
            new Published(new FnName("lab", "f"), "F1", "r/f:0.0.2", "sha256:new", List.of());

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Arrival arrival(Duration patience) {
        var terminal = new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of());
        return new Arrival(terminal, NEW, patience);
    }

    private static String status(String digest, String state, String more) {
        return "{\"functions\":[{\"app\":\"lab\",\"name\":\"other\"},{\"app\":\"lab\",\"name\":\"f\",\"digest\":\""
                + digest + "\",\"state\":\"" + state + "\"" + more + "}]}";
    }

    @Test
    void itEndsWhenEveryDeviceThatHasTheFunctionRunsTheVeryImage() throws Exception {
        var fleet = new PlayedFleet(look -> Map.of(
                "a", new Fleet.Device(true, status(look < 2 ? "sha256:old" : "sha256:new", "ready", "")),
                "b", new Fleet.Device(true, status("sha256:new", look < 4 ? "loading" : "ready", "")),
                "without", new Fleet.Device(true, "{\"functions\":[]}"),
                "strange", new Fleet.Device(true, "no json"),
                "silent", new Fleet.Device(true, "")));

        arrival(Duration.ofMinutes(1)).await(List.of(), fleet);

        assertThat(fleet.nudges).isEqualTo(1);
        assertThat(fleet.look).isGreaterThan(4);
        assertThat(out.toString(StandardCharsets.UTF_8)).matches("a: ready after \\d+ ms\nb: ready after \\d+ ms\n");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("a: it has another version, ready\nb: it has it, loading\n");
    }

    @Test
    void whoDoesNotComeInTimeIsNamedWithTheReason() {
        var why = ",\"why\":\"no such class\",\"do\":\"correct cmd\"";
        var fleet = new PlayedFleet(_ -> Map.of(
                "a", new Fleet.Device(true, status("sha256:old", "ready", why)),
                "b", new Fleet.Device(true, status("sha256:new", "ready", "")),
                "c", new Fleet.Device(false, status("sha256:old", "ready", ""))));

        assertThatThrownBy(() -> arrival(Duration.ofMillis(300)).await(List.of(), fleet))
                .hasMessageContaining("not every device runs r/f:0.0.2 after 300 ms");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("a: it has another version, ready: no such class; correct cmd\n")
                .contains("b: ready after")
                .contains("c: it is offline, and gets it when it is back\n");
    }

    @Test
    void aFleetInWhichNobodyHasTheFunctionIsAFailure() {
        assertThatThrownBy(() -> arrival(Duration.ofMillis(300)).await(List.of(), new PlayedFleet(_ -> Map.of())))
                .hasMessageContaining("no device of the broker has lab/f after 300 ms; let one follow the app");
    }

    @Test
    void aBrokerThatIsLostEndsTheWaiting() {
        var fleet = new PlayedFleet(_ -> Map.of());
        fleet.health = Health.down("the connection is lost", "check the broker");

        assertThatThrownBy(() -> arrival(Duration.ofMinutes(1)).await(List.of(), fleet))
                .hasMessage("the connection is lost; check the broker");
    }

    @Test
    void aDeviceThatIsNamedMustHaveIt() throws Exception {
        try (var daemon = new PlayedDaemon()) {
            daemon.on("GET /fern/status", "{\"functions\":[]}");

            assertThatThrownBy(() -> arrival(Duration.ofMillis(300)).await(List.of(daemon.url()), null))
                    .hasMessageContaining("not every device");
            assertThat(out.toString(StandardCharsets.UTF_8)).contains(daemon.url() + ": it does not have lab/f yet\n");
        }
    }
}
