package dev.fern.sync;

import dev.fern.Clock;
import dev.fern.Durations;
import dev.fern.HttpClients;
import dev.fern.Problem;
import dev.fern.SecretFile;
import dev.fern.Settings;
import dev.fern.Time;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Reads the lists of Fn's API v2 (fn/docs/swagger_v2.yml). One thread at a time. Redirects are not followed: the token
/// is for this host only.
final class CloudClient implements AutoCloseable {
    /// The most the server gives on one page.
    private static final int PAGE = 100;
    /// Pages of one list.
    private static final int MOST_PAGES = 100;
    /// Bytes of all its pages.
    private static final int LARGEST_LIST = 8 << 20;

    private final Settings.Cloud cloud;
    private final String base;
    private final String host;
    private final Duration connect;
    private final Duration whole;
    private final Time time;
    private volatile @Nullable HttpClient client;
    private @Nullable String token;

    /// @param connect how long the server may take to accept a connection
    /// @param whole how long it may take to answer one request to the last byte
    CloudClient(Settings.Cloud cloud, Duration connect, Duration whole, Time time) {
        this.cloud = cloud;
        this.time = time;
        this.connect = connect;
        this.whole = whole;
        var url = cloud.url().toString();
        base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        host = host(cloud.url());
    }

    private static String host(URI url) {
        return url.getPort() < 0 ? String.valueOf(url.getHost()) : url.getHost() + ":" + url.getPort();
    }

    /// The server, as messages name it.
    String host() {
        return host;
    }

    /// Reads the token again, so that it can be changed without a restart.
    void readToken() throws CloudException {
        var file = cloud.tokenFile();
        if (file == null) {
            return;
        }
        try {
            token = SecretFile.read(file);
        } catch (IOException e) {
            throw new CloudException(
                    "the cloud's token file " + file + " cannot be read: " + e.getMessage(),
                    "put the token there, readable for the user that Fern runs as, or correct cloud.token-file");
        }
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new CloudException(
                    "the cloud's token file " + file + " holds no token",
                    "put the token there alone, on one line without spaces");
        }
    }

    List<JsonObject> apps() throws CloudException, InterruptedException {
        return list("/v2/apps?");
    }

    /// The token as it was read last, or null if the server wants none.
    @Nullable String token() {
        return token;
    }

    /// What is called that in the app, or null if there is no such function.
    @Nullable JsonObject fn(JsonObject app, String name) throws CloudException, InterruptedException {
        for (var fn : list("/v2/fns?app_id=" + encode(Json.string(app, "id")) + "&name=" + encode(name) + "&")) {
            if (Json.string(fn, "name").equals(name)) {
                return fn;
            }
        }
        return null;
    }

    /// The app of that name, or null if there is none.
    @Nullable JsonObject app(String name) throws CloudException, InterruptedException {
        for (var app : list("/v2/apps?name=" + encode(name) + "&")) {
            if (Json.string(app, "name").equals(name)) {
                return app;
            }
        }
        return null;
    }

    List<JsonObject> fns(JsonObject app) throws CloudException, InterruptedException {
        return list("/v2/fns?app_id=" + encode(Json.string(app, "id")) + "&");
    }

    /// All triggers of an app's functions. A page ends at a name and the next one starts behind that name, so of two
    /// triggers of the same name the second is lost at the border. Where there is a border, each function is asked
    /// for by itself: within one function names are unique.
    List<JsonObject> triggers(JsonObject app, List<JsonObject> fns) throws CloudException, InterruptedException {
        var path = "/v2/triggers?app_id=" + encode(Json.string(app, "id")) + "&";
        var first = page(path, null);
        if (first.cursor == null) {
            return first.items;
        }
        var all = new ArrayList<JsonObject>();
        for (var fn : fns) {
            all.addAll(list(path + "fn_id=" + encode(Json.string(fn, "id")) + "&"));
        }
        return all;
    }

    private List<JsonObject> list(String path) throws CloudException, InterruptedException {
        var all = new ArrayList<JsonObject>();
        String cursor = null;
        int bytes = 0;
        for (int i = 0; i < MOST_PAGES; i++) {
            var page = page(path, cursor);
            bytes += page.bytes;
            if (bytes > LARGEST_LIST) {
                throw tooLarge(path);
            }
            all.addAll(page.items);
            if (page.cursor == null) {
                return all;
            }
            cursor = page.cursor;
        }
        throw new CloudException(
                host + " has more than " + MOST_PAGES * PAGE + " entries in " + path,
                "name fewer or smaller apps in cloud.apps");
    }

    private record Page(List<JsonObject> items, @Nullable String cursor, int bytes) {}

    private Page page(String path, @Nullable String cursor) throws CloudException, InterruptedException {
        var uri = base + path + "per_page=" + PAGE + (cursor == null ? "" : "&cursor=" + encode(cursor));
        var answer = send(uri, path);
        if (answer.statusCode() != 200) {
            throw refused(answer, path);
        }
        if (!(Json.parse(answer.body()) instanceof JsonObject list
                && list.value("items").orElse(null) instanceof JsonArray items)) {
            throw strange(path);
        }
        var objects = new ArrayList<JsonObject>();
        for (var item : items.values()) {
            if (!(item instanceof JsonObject object)
                    || Json.string(object, "id").isEmpty()
                    || Json.string(object, "name").isEmpty()) {
                throw strange(path);
            }
            objects.add(object);
        }
        return new Page(objects, cursor(list, path), answer.body().length);
    }

    /// Null behind the last page. Anything but a string there may hide a further page.
    private @Nullable String cursor(JsonObject list, String path) throws CloudException {
        return switch (list.value("next_cursor").orElse(null)) {
            case null -> null;
            case JsonNull _ -> null;
            case JsonString next -> next.value().isEmpty() ? null : next.value();
            default -> throw strange(path);
        };
    }

    private HttpResponse<byte[]> send(String uri, String path) throws CloudException, InterruptedException {
        var future = client().sendAsync(request(uri), BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_LIST));
        try {
            // the request's own time-out would end with the answer's head
            return future.get(whole.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unreachable("no whole answer from " + host + " in " + Durations.text(whole));
        } catch (ExecutionException e) {
            throw failed(e.getCause(), path);
        } finally {
            future.cancel(true);
        }
    }

    private HttpRequest request(String uri) throws CloudException {
        try {
            var request = HttpRequest.newBuilder(URI.create(uri)).header("Accept", "application/json");
            if (token != null) {
                request.header("Authorization", "Bearer " + token);
            }
            return request.build();
        } catch (IllegalArgumentException e) {
            throw new CloudException(
                    "cloud.url " + cloud.url() + " is no address of a server",
                    "write it as https://fn.example.com in fern.yaml");
        }
    }

    private HttpClient client() {
        var existing = client;
        if (existing == null) {
            existing = HttpClients.named("fern-sync-http-", connect);
            client = existing;
        }
        return existing;
    }

    private CloudException failed(@Nullable Throwable cause, String path) {
        if (cause != null && Clock.blamed(cause, host, time.now()) instanceof Problem clock) {
            return new CloudException(clock.why(), clock.whatToDo());
        }
        return switch (cause) {
            case HttpConnectTimeoutException _ ->
                unreachable("no answer from " + host + " in " + Durations.text(connect));
            case ConnectException e
            when e.getCause() instanceof UnresolvedAddressException ->
                new CloudException("the name " + host + " is not known", "check cloud.url and the network's DNS");
            case ConnectException _ -> unreachable(host + " cannot be reached");
            case SSLException e ->
                new CloudException(
                        "no secure connection with " + host + ": " + line(e.getMessage()),
                        "check the server's certificate and this device's clock");
            case IOException e
            when String.valueOf(e.getMessage()).startsWith("body exceeds capacity") -> tooLarge(path);
            case null, default -> unreachable(host + " broke off its answer");
        };
    }

    private CloudException tooLarge(String path) {
        return new CloudException(
                host + " answers " + path(path) + " with more than " + (LARGEST_LIST >> 20) + " MB",
                "keep large data out of the configuration of its functions");
    }

    private static CloudException unreachable(String why) {
        return new CloudException(why, "check the network");
    }

    private CloudException refused(HttpResponse<byte[]> answer, String path) {
        int status = answer.statusCode();
        if (status == 401 || status == 403) {
            return cloud.tokenFile() == null
                    ? new CloudException(host + " wants a token (" + status + ")", "set cloud.token-file in fern.yaml")
                    : new CloudException(
                            host + " refuses this device's token (" + status + ")",
                            "put a valid one into " + cloud.tokenFile());
        }
        if (status >= 300 && status < 400) {
            var location = answer.headers().firstValue("Location").orElse("another address");
            return new CloudException(
                    host + " sends on to " + line(location), "write the final address as cloud.url in fern.yaml");
        }
        if (status == 404) {
            return new CloudException(
                    host + " has no " + path(path) + " (404)",
                    "check cloud.url: it is the address of an Fn server, without /v2");
        }
        var said = Json.parse(answer.body()) instanceof JsonObject body ? Json.string(body, "message") : "";
        return new CloudException(
                host + " answers " + path(path) + " with " + status + (said.isEmpty() ? "" : ": " + line(said)),
                "look at that server's log");
    }

    private CloudException strange(String path) {
        return new CloudException(
                host + " answers " + path(path) + " with something that is no list of an Fn server",
                "check cloud.url, and what stands between this device and that server");
    }

    private static String path(String withQuery) {
        return withQuery.substring(0, withQuery.indexOf('?'));
    }

    /// Words of somebody else, fit for one line.
    private static String line(@Nullable String text) {
        var flat = String.valueOf(text).replaceAll("\\s+", " ").strip();
        return flat.length() <= 200 ? flat : flat.substring(0, 200) + "…";
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (client instanceof HttpClient open) {
            open.shutdownNow();
        }
    }
}
