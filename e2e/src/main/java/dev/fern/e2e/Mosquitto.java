package dev.fern.e2e;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A real mosquitto of one's own, on a free loopback port. It keeps its sessions over a restart.
public final class Mosquitto {
    private final Sandbox sandbox;
    private final Path config;
    private final int port;
    private Child child;

    private Mosquitto(Sandbox sandbox, Path config, int port) throws IOException, InterruptedException {
        this.sandbox = sandbox;
        this.config = config;
        this.port = port;
        child = launch();
    }

    /// Starts one and returns when it accepts connections.
    ///
    /// @param settings further lines of mosquitto.conf
    public static Mosquitto start(Sandbox sandbox, String... settings) throws IOException, InterruptedException {
        int port = Sandbox.freePort();
        var folder = sandbox.folder("mosquitto-" + port);
        var config = folder.resolve("mosquitto.conf");
        // user: else, run by root, it becomes somebody who cannot write here; stderr: it buffers stdout in a pipe
        Files.writeString(
                config, """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence true
                persistence_location %s/
                user %s
                log_dest stderr
                %s
                """.formatted(port, folder, System.getProperty("user.name"), String.join("\n", settings)));
        return new Mosquitto(sandbox, config, port);
    }

    private Child launch() throws IOException, InterruptedException {
        var started = sandbox.start(List.of(Programs.find("mosquitto"), "-c", config.toString()), Map.of());
        started.awaitLine(" running", Duration.ofSeconds(30));
        return started;
    }

    /// `tcp://127.0.0.1:PORT`
    public URI url() {
        return URI.create("tcp://127.0.0.1:" + port);
    }

    public int port() {
        return port;
    }

    /// The lines of its log, since its last start, that have that text in them.
    public List<String> said(String text) {
        return child.output().stream().filter(line -> line.contains(text)).toList();
    }

    /// Ends it in good order: it saves its sessions.
    public void stop() throws IOException, InterruptedException {
        child.stop(Duration.ofSeconds(30));
    }

    /// Ends it as a power cut would.
    public void kill() {
        child.kill();
    }

    /// Makes a stopped one forget all sessions, and what it kept for them.
    public void forget() throws IOException {
        Files.deleteIfExists(config.resolveSibling("mosquitto.db"));
    }

    /// Stops it in its tracks: connections stay open, and nothing answers until [#thaw].
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /// Lets a frozen one go on.
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        sandbox.start(List.of("kill", "-" + name, String.valueOf(child.pid())), Map.of())
                .awaitSuccess(Duration.ofSeconds(30));
    }

    /// Starts it again, on the same port and with the sessions it saved.
    public void restart() throws IOException, InterruptedException {
        child = launch();
    }
}
