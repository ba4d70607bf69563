package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// All samples as `functions: functions/` runs them, on a real broker: Java, JavaScript, WebAssembly and Python side by
/// side. Only the WebAssembly files have to be built first.
class SamplesFolderTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home")).toAbsolutePath();

    @Test
    void everySampleRunsFromItsFolder() throws Exception {
        try (var sandbox = new Sandbox()) {
            var functions = copy(sandbox.folder("functions"));
            build(sandbox, functions, "vibration", "");
            build(sandbox, functions, "dew-point-wasm", "target/npm/dew-point-wasm/node_modules/.bin");
            var broker = Mosquitto.start(sandbox);
            try (var outside =
                            new Outside(broker.url(), "alerts/#", "house/#", "rooms/#", "greenhouse/#", "machines/#");
                    var fern = FernProcess.start(
                            sandbox,
                            "functions: \"" + functions + "\"\nmqtt: {url: \"" + broker.url() + "\"}\n"
                                    + "pins: {fan: {line: 27}, doorbell: {line: 17}}\n")) {
                assertThat(states(fern))
                        .containsOnlyKeys(samples())
                        .allSatisfy((_, state) -> assertThat(state).startsWith("ready"))
                        .containsEntry("dew-point-python", "ready process")
                        .containsEntry("dew-point", "ready javascript")
                        .containsEntry("vibration", "ready wasm")
                        .containsEntry("hello", "ready java");

                var climate = "{\"temperature\": 21.5, \"humidity\": 60}";
                outside.publish("house/attic/climate", "{\"celsius\": 21.5, \"humidity\": 60}");
                outside.publish("rooms/attic/climate", climate);
                outside.publish("greenhouse/north/climate", climate);
                outside.publish("greenhouse/north/temperature", "99");
                outside.publish("machines/saw/acceleration", "sixteen samples of two bytes each, or some more");

                for (var topic :
                        List.of("house/attic/dew-point", "rooms/attic/dew-point", "greenhouse/north/dew-point")) {
                    var heard = outside.await(topic, one -> one.topic().equals(topic));
                    assertThat(heard.text()).as(topic).contains("13.4");
                }
                outside.await("an alert", one -> one.topic().startsWith("alerts/north"));
                outside.await("a spectrum", one -> one.topic().equals("machines/saw/vibration"));

                fern.kill();
                try (var left = Files.list(fern.data().resolveSibling("tmp"))) {
                    assertThat(left).noneMatch(file -> file.toString().contains("sqlite"));
                }
            }
        }
    }

    private static String[] samples() throws IOException {
        try (var all = Files.list(HOME.resolve("functions"))) {
            return all.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .toArray(String[]::new);
        }
    }

    private static Map<String, String> states(FernProcess fern) throws Exception {
        var status = JsonParser.create(fern.get("/fern/status").body()).readJsonObject();
        var states = new TreeMap<String, String>();
        for (var one : status.arrayValue("functions").orElseThrow().values()) {
            var fn = (JsonObject) one;
            states.put(
                    fn.stringValue("name", ""),
                    fn.stringValue("state", "") + " "
                            + fn.stringValue("runtime").orElse("")
                            + (fn.stringValue("state", "").equals("ready") ? "" : fn.toString()));
        }
        return states;
    }

    private static Path copy(Path to) throws IOException {
        var from = HOME.resolve("functions");
        try (var all = Files.walk(from)) {
            for (var file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                var copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return to;
    }

    private static void build(Sandbox sandbox, Path functions, String sample, String compilers) throws Exception {
        sandbox.start(
                        List.of(
                                "sh",
                                functions.resolve(sample).resolve("build.sh").toString(),
                                "func.wasm"),
                        Map.of("PATH", HOME.resolve(compilers) + ":" + System.getenv("PATH")))
                .awaitSuccess(Duration.ofMinutes(2));
        assertThat(functions.resolve(sample).resolve("func.wasm")).isRegularFile();
    }
}
