package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the harness starts, watches and ends a daemon. The daemon here is a stand-in of a few lines.
class FernProcessTest {
    private static final String DAEMON = """
            import com.sun.net.httpserver.HttpServer;
            import java.net.InetSocketAddress;
            import java.nio.file.*;

            void main(String[] args) throws Exception {
                if (!args[0].equals("run")) {
                    IO.println(String.join(" ", args) + " at " + System.getenv("FERN_URL"));
                    return;
                }
                var yaml = Files.readString(Path.of(args[2]));
                IO.println(yaml);
                var starts = Path.of(args[4], "starts");
                Files.writeString(starts, "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                if (yaml.contains("nonsense")) {
                    System.exit(78);
                }
                var device = yaml.replaceAll("(?s).*id: ([^,]*),.*", "$1");
                var port = Integer.parseInt(yaml.replaceAll("(?s).*127.0.0.1:(\\\\d+).*", "$1"));
                var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
                server.createContext("/", exchange -> {
                    var body = ("{\\"device\\":\\"" + device + "\\"}").getBytes();
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
                server.start();
            }
            """;

    @Test
    void aDaemonIsReadyAndKeepsItsStateOverAKillAndARestart(@TempDir Path folder) throws Exception {
        Child last;
        try (var sandbox = new Sandbox();
                var fern = FernProcess.start(sandbox, standIn(folder), "vars: {bay: B7}\n")) {
            assertThat(fern.process().output())
                    .contains("device: {id: " + fern.device() + ", board: simulated}", "vars: {bay: B7}");
            assertThat(fern.get("/fern/status").body()).contains(fern.device());
            assertThat(fern.run("emit", "gpio", "17", "rising"))
                    .containsExactly("emit gpio 17 rising at " + fern.url());

            var first = fern.process();
            fern.kill();
            assertThat(first.exitCode()).isEqualTo(128 + 9);
            fern.restart();
            last = fern.process();

            assertThat(last.pid()).isNotEqualTo(first.pid());
            assertThat(fern.data().resolve("starts")).hasContent("xx");
        }
        assertThat(last.exitCode()).as("ended by SIGTERM").isEqualTo(128 + 15);
    }

    @Test
    void aDaemonThatDoesNotStartIsReportedWithWhatItWrote(@TempDir Path folder) throws Exception {
        var program = standIn(folder);
        try (var sandbox = new Sandbox()) {
            assertThatThrownBy(() -> FernProcess.start(sandbox, program, "nonsense: 1\n"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("exit code 78", "nonsense: 1");
        }
    }

    private static Path standIn(Path folder) throws IOException {
        var source = Files.writeString(folder.resolve("Daemon.java"), DAEMON);
        var script = Files.writeString(folder.resolve("fern"), """
                #!/bin/sh
                exec %s/bin/java -XX:TieredStopAtLevel=1 %s "$@"
                """.formatted(System.getProperty("java.home"), source));
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
