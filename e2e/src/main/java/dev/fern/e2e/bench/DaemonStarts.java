package dev.fern.e2e.bench;

import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A daemon with some functions of a folder, with or without AOT caches, started again and again on the same state.
final class DaemonStarts implements AutoCloseable {
    private final FernProcess fern;
    private final HttpClient client = HttpClient.newHttpClient();
    final boolean cached;
    final boolean javaScript;

    /// One start.
    ///
    /// @param readyMs from the command `fern run` until it says that it is ready, asked every 20 ms
    /// @param memory then
    /// @param firstMs the first call of the first JavaScript function over HTTP, or NaN
    /// @param furtherMs that of the second one
    record Start(boolean cached, boolean javaScript, double readyMs, Memory memory, double firstMs, double furtherMs) {}

    DaemonStarts(Sandbox sandbox, boolean cached, boolean javaScript) throws IOException, InterruptedException {
        this.cached = cached;
        this.javaScript = javaScript;
        var folder = sandbox.folder(javaScript ? "with-javascript" : "without");
        function(folder, RuntimeKind.JAVA, 0);
        function(folder, RuntimeKind.WASM, 0);
        if (javaScript) {
            function(folder, RuntimeKind.JAVASCRIPT, 0);
            function(folder, RuntimeKind.JAVASCRIPT, 1);
        }
        fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n", Map.of("FERN_AOT", cached ? "on" : "off"));
    }

    /// A function's folder as its developer has it.
    private static void function(Path parent, RuntimeKind kind, int number) throws IOException {
        var name = kind.label() + number;
        if (Files.exists(parent.resolve(name))) {
            return;
        }
        var image = Files.createTempDirectory(parent.getParent(), "image");
        kind.prepare(image, number);
        var folder = Files.createDirectories(parent.resolve(name));
        try (var files = Files.walk(image.resolve(name))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var jar = file.toString().endsWith(".jar");
                var to = jar ? Files.createDirectories(folder.resolve("target")) : folder;
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: %1$s
                version: 0.0.1
                runtime: %2$s
                cmd: %3$s
                memory: 64
                timeout: 60
                triggers: [{name: http, type: http, source: /%1$s}]
                """.formatted(
                        name,
                        kind == RuntimeKind.JAVA ? "java" : kind == RuntimeKind.JAVASCRIPT ? "node" : "docker",
                        kind == RuntimeKind.JAVA ? Functions.command(name) : "none"));
    }

    /// Stops it, and starts it on what it has left.
    Start again() throws IOException, InterruptedException {
        fern.stop();
        long start = System.nanoTime();
        fern.restart();
        double readyMs = (System.nanoTime() - start) / 1e6;
        var memory = Memory.of(fern.process().pid());
        // not the very first request: what HTTP costs is not asked here
        call("wasm0");
        return new Start(
                cached,
                javaScript,
                readyMs,
                memory,
                javaScript ? call("javascript0") : Double.NaN,
                javaScript ? call("javascript1") : Double.NaN);
    }

    private double call(String name) throws IOException, InterruptedException {
        var app = javaScript ? "with-javascript" : "without";
        var request = HttpRequest.newBuilder(URI.create(fern.url() + "/t/" + app + "/" + name))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"room\": \"bay 1\", \"celsius\": 31.5}"))
                .build();
        long start = System.nanoTime();
        var answer = client.send(request, BodyHandlers.ofString());
        double ms = (System.nanoTime() - start) / 1e6;
        if (answer.statusCode() != 200) {
            throw new IOException(name + " answered " + answer.statusCode() + " " + answer.body());
        }
        return ms;
    }

    /// How the daemon that runs now was started.
    DaemonLine line() throws IOException {
        return DaemonLine.of(fern.process().pid());
    }

    /// What `fern status` takes, in ms, with and without its cache.
    double statusMs(Sandbox sandbox, boolean cached) throws IOException, InterruptedException {
        var program = Path.of(System.getProperty("fern.home", "."), "fern").toAbsolutePath();
        long start = System.nanoTime();
        sandbox.start(
                        List.of(
                                program.toString(),
                                "status",
                                "--url",
                                fern.url().toString()),
                        Map.of("FERN_AOT", cached ? "on" : "off"))
                .awaitSuccess(Duration.ofSeconds(60));
        return (System.nanoTime() - start) / 1e6;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        client.close();
        fern.close();
    }
}
