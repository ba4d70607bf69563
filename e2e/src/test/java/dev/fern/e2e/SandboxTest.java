package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SandboxTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void closingKillsTheProcessesWithTheirChildrenAndRemovesTheFolder() throws Exception {
        Child child;
        Path folder;
        List<ProcessHandle> family;
        try (var sandbox = new Sandbox()) {
            folder = sandbox.folder();
            Files.writeString(sandbox.folder("deep").resolve("file"), "x");
            child = sandbox.start(List.of("sh", "-c", "sleep 600 & echo up; wait"), Map.of());
            child.awaitLine("up", SOON);
            family = ProcessHandle.of(child.pid()).orElseThrow().descendants().toList();
            assertThat(family).hasSize(1);
        }
        assertThat(child.alive()).isFalse();
        family.getFirst().onExit().orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(folder).doesNotExist();
    }

    @Test
    void theEndOfTheJvmLeavesNothingBehind() throws Exception {
        try (var sandbox = new Sandbox()) {
            var jvm = sandbox.start(
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Careless.class.getName()),
                    Map.of());
            var output = jvm.awaitSuccess(Duration.ofSeconds(30));

            assertThat(ProcessHandle.of(Long.parseLong(output.get(0))).filter(ProcessHandle::isAlive))
                    .isEmpty();
            assertThat(Path.of(output.get(1))).doesNotExist();
        }
    }

    /// Forgets to close.
    static final class Careless {
        public static void main(String[] args) throws IOException {
            var sandbox = new Sandbox();
            System.out.println(sandbox.start(List.of("sleep", "600"), Map.of()).pid());
            System.out.println(sandbox.folder());
            System.exit(0);
        }
    }

    @Test
    void aProcessThatEndsEarlyIsReportedWithWhatItWrote() throws Exception {
        try (var sandbox = new Sandbox()) {
            var child = sandbox.start(List.of("sh", "-c", "echo no such thing >&2; exit 3"), Map.of());

            assertThatThrownBy(() -> child.awaitLine("running", SOON))
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("ended", "no such thing");
            assertThatThrownBy(() -> child.awaitSuccess(SOON)).hasMessageContainingAll("exit code 3", "no such thing");
        }
    }

    @Test
    void aLineThatDoesNotComeIsNotAwaitedForEver() throws Exception {
        try (var sandbox = new Sandbox()) {
            var child = sandbox.start(List.of("sleep", "600"), Map.of());

            assertThatThrownBy(() -> child.awaitLine("running", Duration.ofMillis(50)))
                    .hasMessageContaining("did not write 'running'");
            assertThatThrownBy(() -> child.awaitSuccess(Duration.ofMillis(50))).hasMessageContaining("did not end");
            assertThat(child.alive()).isFalse();
        }
    }

    @Test
    void theLastThousandLinesAreKept() throws Exception {
        try (var sandbox = new Sandbox()) {
            var output = sandbox.start(List.of("seq", "1500"), Map.of()).awaitSuccess(SOON);

            assertThat(output).hasSize(1000).startsWith("501").endsWith("1500");
        }
    }

    @Test
    void aBrokerStopsAndComesBackOnItsPort() throws Exception {
        try (var sandbox = new Sandbox()) {
            var broker = Mosquitto.start(sandbox, "max_inflight_messages 0");
            assertThat(accepts(broker.port())).isTrue();
            broker.kill();
            assertThat(accepts(broker.port())).isFalse();
            broker.restart();
            assertThat(accepts(broker.port())).isTrue();
            broker.stop();
            assertThat(accepts(broker.port())).isFalse();
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 2000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
