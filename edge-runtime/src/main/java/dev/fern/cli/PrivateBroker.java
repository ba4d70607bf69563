package dev.fern.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A mosquitto of our own on this machine's loopback, with no password and no memory, for as long as this process
/// lives:
/// it ends with it even if that is killed.
final class PrivateBroker implements AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration LONGEST_END = Duration.ofSeconds(2);
    /// Debian has it in /usr/sbin, which is not on everybody's PATH.
    private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/local/sbin");

    /// The broker ends when standard input does, which is when this process is gone. It keeps nothing, and mosquitto
    /// 2.0.11 misses a polite signal that comes just before it waits.
    private static final String UNTIL_INPUT_ENDS = "\"$0\" -c \"$1\" & b=$!; read -r _; kill -9 $b; wait $b";

    private final Process process;
    private final int port;

    private PrivateBroker(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// Whether mosquitto is on this machine.
    static boolean available(Terminal terminal) {
        return program("mosquitto", terminal) != null;
    }

    /// Starts it and waits until it listens.
    ///
    /// @param folder for its configuration and its log
    static PrivateBroker start(Path folder, Terminal terminal) throws FailedException, InterruptedException {
        var mosquitto = program("mosquitto", terminal);
        if (mosquitto == null) {
            throw new FailedException("mosquitto is not on this machine");
        }
        var log = folder.resolve("mosquitto.log");
        try {
            int port = freePort();
            var config = Files.writeString(folder.resolve("mosquitto.conf"), """
                    listener %d 127.0.0.1
                    allow_anonymous true
                    persistence false
                    log_type error
                    log_type warning
                    """.formatted(port));
            var command = new ArrayList<String>();
            // Ctrl-C is for the daemon, which still says goodbye to the broker
            if (program("setsid", terminal) instanceof Path setsid) {
                command.add(setsid.toString());
            }
            command.addAll(List.of("sh", "-c", UNTIL_INPUT_ENDS, mosquitto.toString(), config.toString()));
            var broker = new PrivateBroker(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start(),
                    port);
            if (!broker.listens()) {
                broker.close();
                throw new FailedException("mosquitto does not start; it said: "
                        + Files.readString(log, StandardCharsets.UTF_8).strip());
            }
            return broker;
        } catch (IOException e) {
            throw new FailedException("mosquitto cannot be started: " + e.getMessage());
        }
    }

    URI url() {
        return URI.create("mqtt://127.0.0.1:" + port);
    }

    int port() {
        return port;
    }

    private boolean listens() throws InterruptedException {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return true;
            } catch (IOException e) {
                Thread.sleep(LOOK_AGAIN);
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static @Nullable Path program(String name, Terminal terminal) {
        return Stream.concat(Stream.of(terminal.variable("PATH").split(":")), FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
