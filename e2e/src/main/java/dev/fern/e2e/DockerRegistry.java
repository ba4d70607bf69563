package dev.fern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A real docker-registry (CNCF distribution) of one's own, on a free loopback port, open to everybody.
public final class DockerRegistry {
    private final int port;
    private final Child child;

    private DockerRegistry(int port, Child child) {
        this.port = port;
        this.child = child;
    }

    /// Starts one and returns when it serves.
    public static DockerRegistry start(Sandbox sandbox) throws IOException, InterruptedException {
        int port = Sandbox.freePort();
        var folder = sandbox.folder("registry-" + port);
        var config = folder.resolve("registry.yml");
        Files.writeString(config, """
                version: 0.1
                log: {level: info, accesslog: {disabled: true}}
                storage:
                  filesystem: {rootdirectory: %s/images}
                  delete: {enabled: true}
                http: {addr: "127.0.0.1:%d"}
                """.formatted(folder, port));
        var child = sandbox.start(
                List.of(Programs.find("docker-registry"), "serve", config.toString()),
                Map.of("OTEL_TRACES_EXPORTER", "none"));
        child.awaitLine("listening on 127.0.0.1:" + port, Duration.ofSeconds(30));
        return new DockerRegistry(port, child);
    }

    /// `127.0.0.1:PORT`, as image references begin.
    public String address() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public void kill() {
        child.kill();
    }
}
