package dev.fern.sync;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.helidon.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// The definitions of an Fn server, listed as the real one lists them, or whatever a test has it say instead.
final class FakeFn implements AutoCloseable {
    /// Says something else than the lists, or null to leave it at them.
    interface Instead {
        @Nullable Reply reply(String pathAndQuery) throws IOException, InterruptedException;
    }

    record Reply(int status, String body, Map<String, String> headers) {
        static Reply of(int status, String body) {
            return new Reply(status, body, Map.of());
        }

        /// The bytes of a real server.
        static Reply recorded(int status, String file) throws IOException {
            try (var in = FakeFn.class.getResourceAsStream("/recorded/sync/" + file)) {
                if (in == null) {
                    throw new IOException("no " + file);
                }
                return of(status, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final Map<String, List<JsonObject>> kinds = new HashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer http;
    private volatile Instead instead = _ -> null;

    FakeFn() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/", this::answer);
        http.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    }

    void instead(Instead says) {
        instead = says;
    }

    /// Adds an object or replaces the one with that id.
    synchronized void put(String kind, String json) {
        if (!(Json.parse(json) instanceof JsonObject object)) {
            throw new AssertionError(json);
        }
        var all = kinds.computeIfAbsent(kind, _ -> new ArrayList<>());
        all.removeIf(other -> Json.string(other, "id").equals(Json.string(object, "id")));
        all.add(object);
    }

    void app(String name) {
        app(name, "{}");
    }

    void app(String name, String annotations) {
        put("apps", "{\"id\":\"A-%s\",\"name\":\"%s\",\"annotations\":%s}".formatted(name, name, annotations));
    }

    void fn(String app, String name) {
        fn(app, name, "{}");
    }

    void fn(String app, String name, String annotations) {
        put(
                "fns",
                ("{\"id\":\"F-%s-%s\",\"name\":\"%s\",\"app_id\":\"A-%s\",\"image\":\"reg/%s:1\",\"config\":null,"
                                + "\"annotations\":%s}")
                        .formatted(app, name, name, app, name, annotations));
    }

    void trigger(String app, String fn, String name) {
        put(
                "triggers",
                ("{\"id\":\"T-%s-%s\",\"name\":\"%s\",\"app_id\":\"A-%s\",\"fn_id\":\"F-%s-%s\",\"type\":\"http\","
                                + "\"source\":\"/%s-%s\"}")
                        .formatted(fn, name, name, app, app, fn, fn, name));
    }

    synchronized void remove(String kind, String id) {
        kinds.getOrDefault(kind, List.of())
                .removeIf(object -> Json.string(object, "id").equals(id));
    }

    private void answer(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        requests.add(uri.toString());
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        try (exchange) {
            var said = instead.reply(uri.toString());
            var reply = said == null ? Reply.of(200, list(uri)) : said;
            reply.headers.forEach(exchange.getResponseHeaders()::set);
            var body = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ordered by name; the cursor is the last name, encoded; it is there whenever the page is full.
    private synchronized String list(URI uri) {
        var query = new HashMap<String, String>();
        for (var pair : String.valueOf(uri.getRawQuery()).split("&")) {
            var equals = pair.indexOf('=');
            query.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        int size = Math.min(100, Integer.parseInt(query.getOrDefault("per_page", "30")));
        var cursor =
                new String(Base64.getUrlDecoder().decode(query.getOrDefault("cursor", "")), StandardCharsets.UTF_8);
        var page = kinds.getOrDefault(uri.getPath().substring("/v2/".length()), List.of()).stream()
                .filter(object -> List.of("name", "app_id", "fn_id").stream()
                        .allMatch(
                                key -> !query.containsKey(key) || query.get(key).equals(Json.string(object, key))))
                .filter(object -> Json.string(object, "name").compareTo(cursor) > 0)
                .sorted(Comparator.comparing(object -> Json.string(object, "name")))
                .limit(size)
                .toList();
        var list = JsonObject.builder();
        if (page.size() == size) {
            list.set(
                    "next_cursor",
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(Json.string(page.getLast(), "name").getBytes(StandardCharsets.UTF_8)));
        }
        return list.setValues("items", page).build().toString();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
