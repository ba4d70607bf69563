package dev.fern.http;

import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.catalog.Catalog;
import dev.fern.events.Listeners;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// A started [Door] and a client before it.
final class Visitor implements AutoCloseable {
    final RecordingIntake intake = new RecordingIntake();
    final FakeControl control = new FakeControl();
    final FakeTime time = new FakeTime();
    final Metrics metrics = new Metrics();
    final Catalog catalog;
    final Door door;
    private final Listeners listeners;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    Visitor(Path data) {
        this(Examples.settings(null, data), List.of());
    }

    Visitor(Settings settings, List<Definition> cloud) {
        catalog = new Catalog(settings.data().resolve("catalog.db"), time);
        door = new Door(settings, control, catalog, () -> cloud, time, metrics);
        listeners = new Listeners(settings);
        door.hear(listeners);
        door.start(intake);
    }

    /// The same with another `http:`.
    static Settings with(Settings settings, Settings.Http http) {
        return new Settings(
                settings.device(),
                settings.cloud(),
                settings.functions(),
                settings.registry(),
                settings.mqtt(),
                settings.brokers(),
                http,
                settings.pins(),
                settings.vars(),
                settings.config(),
                settings.secrets(),
                settings.limits(),
                settings.data());
    }

    void bind(Fn... fns) {
        var triggers = Arrays.stream(fns).flatMap(fn -> fn.triggers().stream()).toList();
        listeners.bind(
                triggers.stream().filter(one -> one.type().equals("event")).toList(), List.of());
        door.bind(triggers.stream().filter(one -> !one.type().equals("event")).toList(), List.of());
    }

    String base() {
        return "http://127.0.0.1:" + door.port();
    }

    HttpRequest.Builder to(String target) {
        return HttpRequest.newBuilder(URI.create(base() + target)).timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String target) throws IOException, InterruptedException {
        return send(to(target));
    }

    HttpResponse<String> ask(String method, String target, String body) throws IOException, InterruptedException {
        return send(to(target).method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /// Sends these bytes as they are, and gives everything that comes back until the server closes; `(open)` is added
    /// if it does not within 3 s.
    String raw(String... parts) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            socket.setSoTimeout(3000);
            for (var part : parts) {
                socket.getOutputStream().write(part.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            }
            var answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketTimeoutException e) {
                answer.writeBytes("(open)".getBytes(StandardCharsets.ISO_8859_1));
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() {
        door.close();
        catalog.close();
        client.close();
    }
}
