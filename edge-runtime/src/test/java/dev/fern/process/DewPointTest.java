package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sample in Python, as its Dockerfile has it.
class DewPointTest {
    private static final Path SAMPLE = Path.of(System.getProperty("fern.home"), "functions/dew-point-python");

    @TempDir
    Path folder;

    @Test
    void itRunsAsItIs() throws Exception {
        assertThat(Files.readString(SAMPLE.resolve("Dockerfile")))
                .contains("ENTRYPOINT [\"python3\", \"-u\", \"func.py\"]", "COPY func.py listener.py /function/");
        try (var booth = new Booth(folder)) {
            var bundle = booth.bundle(
                    List.of("python3", "-u", "func.py"),
                    List.of(),
                    Map.of(),
                    "function/func.py",
                    Files.readString(SAMPLE.resolve("func.py")),
                    "function/listener.py",
                    Files.readString(SAMPLE.resolve("listener.py")));
            try (var running = booth.start(Booth.fn(), bundle)) {
                assertThat(running.answer("{\"temperature\": 21.5, \"humidity\": 60}"))
                        .isEqualTo("{\"dewPoint\": 13.4}");
                var refused = (Result.Success) running.call("wet");
                assertThat(refused.answer().status()).isEqualTo(400);
                assertThat(running.answer("{\"temperature\": -5, \"humidity\": 100}"))
                        .isEqualTo("{\"dewPoint\": -5.0}");
            }
        }
    }
}
