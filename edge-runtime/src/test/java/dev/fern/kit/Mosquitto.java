package dev.fern.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real mosquitto on a free port of the loopback, with its own folder. It is this object's child that answers, not
/// another one that happens to have the port: its own log says so.
///
/// It knows sessions and retained messages over [#stop] and [#again], unless [#forget] is called in between.
public final class Mosquitto implements AutoCloseable {
    private static final int TRIES = 5;

    private final Path folder;
    private final List<String> config;
    private final int port;
    private final Thread reaper = new Thread(this::kill);
    private Process child;

    private Mosquitto(Path folder, List<String> config, int port, Process child) {
        this.folder = folder;
        this.config = config;
        this.port = port;
        this.child = child;
        Runtime.getRuntime().addShutdownHook(reaper);
    }

    /// Starts one that keeps its files in that folder.
    ///
    /// @param config further lines of mosquitto.conf(5); those about a listener mean the one there is
    public static Mosquitto start(Path folder, String... config) {
        try {
            Files.createDirectories(folder);
            for (int i = 0; i < TRIES; i++) {
                int port = freePort();
                var child = launch(folder, List.of(config), port);
                if (child != null) {
                    return new Mosquitto(folder, List.of(config), port, child);
                }
            }
            throw new IllegalStateException("mosquitto did not start: " + Files.readString(logFile(folder)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Such as `mqtt://127.0.0.1:40123`.
    public String url() {
        return "mqtt://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /// Ends it as an operator does; it writes down sessions and retained messages.
    public void stop() {
        child.destroy();
        awaitEnd();
    }

    /// Ends it as a power cut does.
    public void kill() {
        child.destroyForcibly();
        awaitEnd();
    }

    /// Makes a stopped one forget all sessions and retained messages.
    public void forget() {
        try {
            Files.deleteIfExists(folder.resolve("mosquitto.db"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts a stopped one again, on the same port.
    public void again() {
        try {
            var again = launch(folder, config, port);
            if (again == null) {
                throw new IllegalStateException("mosquitto did not come back: " + log());
            }
            child = again;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Stops its process in its tracks: connections stay open and nothing answers.
    public void freeze() {
        signal("STOP");
    }

    /// Lets a frozen one go on.
    public void thaw() {
        signal("CONT");
    }

    /// Everything the running one has logged.
    public String log() {
        try {
            return Files.readString(logFile(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(reaper);
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static @Nullable Process launch(Path folder, List<String> config, int port) throws IOException {
        var lines = new ArrayList<String>();
        lines.add("user " + System.getProperty("user.name"));
        lines.add("persistence true");
        lines.add("persistence_location " + folder + "/");
        lines.add("log_dest stderr");
        lines.add("log_type all");
        if (config.stream().noneMatch(line -> line.startsWith("allow_anonymous"))) {
            lines.add("allow_anonymous true");
        }
        lines.add("listener " + port + " 127.0.0.1");
        lines.addAll(config);
        var file = Files.write(folder.resolve("mosquitto.conf"), lines);
        var child = new ProcessBuilder(binary(), "-c", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(logFile(folder).toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && child.isAlive()) {
            // written once its listeners are open; it ends instead if one cannot be had
            if (Files.readString(logFile(folder)).contains(" running")) {
                return child;
            }
            pause();
        }
        child.destroyForcibly();
        return null;
    }

    private static String binary() {
        var debian = Path.of("/usr/sbin/mosquitto"); // not on everybody's PATH
        return Files.isExecutable(debian) ? debian.toString() : "mosquitto";
    }

    private static Path logFile(Path folder) {
        return folder.resolve("mosquitto.log");
    }

    private void signal(String name) {
        try {
            var kill = new ProcessBuilder("kill", "-" + name, String.valueOf(child.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("no process " + child.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEnd() {
        try {
            if (!child.waitFor(60, TimeUnit.SECONDS)) {
                child.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
