package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `fern fleet` with two devices at a broker that others use too.
class FleetTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static Sandbox sandbox;
    private static Mosquitto broker;
    private static Path folder;
    private static FernProcess one;
    private static FernProcess two;

    @BeforeAll
    static void start() throws Exception {
        sandbox = new Sandbox();
        broker = Mosquitto.start(sandbox);
        folder = TestFunction.build(
                sandbox,
                "greeter",
                "1.0.0",
                "fern/on/in: \"mqtt:in\"",
                "Greeter",
                "public class Greeter { public String handle(String in) { return in; } }");
        var yaml = "functions: " + sandbox.folder("functions") + "\nmqtt: {url: \"" + broker.url()
                + "\", prefix: site/ferns}";
        one = FernProcess.start(sandbox, yaml).awaitListening();
        two = FernProcess.start(sandbox, yaml).awaitListening();
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    private static Child fleet(String... more) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("fern.home"), "fern").toString(),
                "fleet",
                "--mqtt",
                broker.url().toString(),
                "--mqtt-prefix",
                "site/ferns"));
        command.addAll(List.of(more));
        return sandbox.start(command, Map.of());
    }

    @Test
    void everyDeviceIsListedAndARolloutIsFollowedToItsEnd() throws Exception {
        try (var outside = new Outside(broker.url())) {
            outside.retain("site/ferns/heating/status", "21.5 degrees");

            var done = fleet("--follow", "--function", "greeter").awaitSuccess(LONG);
            assertThat(done).contains("all run what is wanted: 2 on 2 devices");

            var output = fleet("--json").awaitSuccess(LONG);
            var devices = JsonParser.create(String.join("\n", output)).readJsonArray().values().stream()
                    .map(JsonValue::asObject)
                    .collect(Collectors.toMap(device -> device.stringValue("device", ""), device -> device));
            assertThat(devices).containsOnlyKeys(one.device(), two.device(), "heating");
            assertThat(devices.getOrDefault("heating", JsonObject.empty()).stringValue("problem"))
                    .hasValue("what it tells is no JSON");
            var greeter = function(devices.getOrDefault(two.device(), JsonObject.empty()));
            assertThat(greeter.stringValue("state")).hasValue("ready");
            assertThat(greeter.objectValue("running")).isEqualTo(greeter.objectValue("wanted"));

            var func = folder.resolve("func.yaml");
            Files.writeString(func, Files.readString(func).replace("Greeter::handle", "Nobody::handle"));
            assertThatThrownBy(() -> fleet("-f", "--app", "functions").awaitSuccess(LONG))
                    .hasMessageContaining("exit code 1")
                    .hasMessageContaining("does not run functions/greeter")
                    .hasMessageContaining("Nobody");
        }
    }

    private static JsonObject function(JsonObject device) {
        return device.arrayValue("functions").orElseThrow().values().getFirst().asObject();
    }
}
