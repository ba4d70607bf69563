package dev.fern.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MosquittoTest {
    @TempDir
    Path folder;

    @Test
    void itRemembersOverAStopAndForgetsWhenTold() throws Exception {
        try (var broker = Mosquitto.start(folder)) {
            client("mosquitto_pub", broker, "-r", "-m", "kept");
            int port = broker.port();
            broker.stop();
            broker.again();
            assertThat(broker.port()).isEqualTo(port);
            assertThat(client("mosquitto_sub", broker, "-C", "1", "-W", "10")).isEqualTo("kept\n");
            broker.stop();
            broker.forget();
            broker.again();
            assertThat(client("mosquitto_sub", broker, "-C", "1", "-W", "1")).doesNotContain("kept");
        }
    }

    @Test
    void linesOfConfigurationHold() throws Exception {
        try (var broker = Mosquitto.start(folder, "allow_anonymous false")) {
            assertThat(client("mosquitto_pub", broker, "-m", "x")).contains("not authorised");
        }
    }

    private static String client(String command, Mosquitto broker, String... arguments)
            throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.addAll(List.of(command, "-p", String.valueOf(broker.port()), "-t", "a/b", "-q", "1"));
        line.addAll(List.of(arguments));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
