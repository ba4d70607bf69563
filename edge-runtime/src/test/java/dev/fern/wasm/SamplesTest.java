package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Result;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The samples in WebAssembly, built from source as their Dockerfiles do.
class SamplesTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home"));

    @TempDir
    Path folder;

    @Test
    void vibrationFindsHowFastAMachineShakes() throws Exception {
        var samples = ByteBuffer.allocate(2 * 2048).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 2048; i++) {
            samples.putShort((short) Math.round(200 + 1000 * Math.sin(2 * Math.PI * 50 * i / 800)));
        }
        try (var function = function("vibration", "RATE", "800")) {
            var answer = function.answer(event(samples.array())).body().text();
            assertThat(answer).isEqualTo("{\"rms\":707.2,\"hz\":50.0,\"samples\":2048}");
            assertThat(function.failure("few")).startsWith("1 samples are too few");
        }
        try (var function = function("vibration")) {
            assertThat(((Result.FunctionError) function.call(event(samples.array()))).message())
                    .startsWith("RATE in the configuration");
        }
    }

    @Test
    void dewPointIsThatOfTheBooks() throws Exception {
        try (var function = function("dew-point-wasm")) {
            assertThat(function.answer("{\"temperature\":21.5,\"humidity\":60}"))
                    .isEqualTo("{\"dewPoint\":13.4}");
            assertThat(function.answer("{\"humidity\": 100, \"temperature\": -3}"))
                    .isEqualTo("{\"dewPoint\":-3.0}");
            assertThat(function.failure("{\"temperature\":21.5}"))
                    .isEqualTo("not a reading: {\"temperature\":21.5} (exit code 1)");
            assertThat(function.failure("")).startsWith("not a reading:");
        }
    }

    private static Event event(byte[] body) {
        return Event.of("/x", Event.MQTT_MESSAGE, "a", Stage.NOW, null, Headers.NONE, Payload.of(body));
    }

    private Stage.Function function(String sample, String... config) throws Exception {
        var wasm = folder.resolve("func.wasm");
        var bin = HOME.resolve("target/npm/" + sample + "/node_modules/.bin");
        Clang.run(
                folder,
                List.of(
                        "env",
                        "PATH=" + bin + ":" + System.getenv("PATH"),
                        "sh",
                        HOME.resolve("functions/" + sample + "/build.sh").toString(),
                        wasm.toString()));
        var stage = new Stage(folder);
        return load(stage, Files.readAllBytes(wasm), config);
    }

    /// With as little memory as the samples ask for.
    private static Stage.Function load(Stage stage, byte[] wasm, String... config) throws InvalidDefinitionException {
        return stage.function(stage.bundle(wasm), Stage.fn(4, config));
    }
}
