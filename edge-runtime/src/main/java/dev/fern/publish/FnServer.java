package dev.fern.publish;

import dev.fern.Durations;
import dev.fern.HttpClients;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
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

/// An Fn server's API v2 (fn/docs/swagger_v2.yml), to read and to change. Redirects are not followed: the token is for
/// this server only.
final class FnServer implements AutoCloseable {
    static final Duration CONNECT = Duration.ofSeconds(10);
    /// A request that never ends would mean a server that hangs (it does after a null in an annotation).
    static final Duration ANSWER = Duration.ofSeconds(30);

    static final int LARGEST_ANSWER = 8 << 20;
    static final int MOST_PAGES = 100;

    private final HttpClient http = HttpClients.named("fern-publish-", CONNECT);
    private final String base;
    private final String host;
    private final @Nullable String token;

    FnServer(URI server, @Nullable String token) {
        base = server.toString().replaceAll("/+$", "");
        host = server.getAuthority();
        this.token = token;
    }

    /// The one of that name in a list, or null if there is none.
    ///
    /// @param query names and values in turn
    @Nullable JsonObject find(String path, String name, String... query) throws PublishException, InterruptedException {
        var narrow = new ArrayList<>(List.of(query));
        narrow.addAll(List.of("name", name));
        for (var item : list(path, narrow.toArray(String[]::new))) {
            if (item.stringValue("name", "").equals(name)) {
                return item;
            }
        }
        return null;
    }

    /// All of a list, page by page.
    ///
    /// @param query names and values in turn
    List<JsonObject> list(String path, String... query) throws PublishException, InterruptedException {
        var all = new ArrayList<JsonObject>();
        var first = new StringBuilder(path + "?per_page=100");
        for (int i = 0; i < query.length; i += 2) {
            first.append('&').append(query[i]).append('=').append(encode(query[i + 1]));
        }
        var cursor = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            var answer = ask("GET", first + (cursor.isEmpty() ? "" : "&cursor=" + encode(cursor)), null);
            try {
                var items = answer.arrayValue("items").orElseThrow(this::strange);
                items.values().forEach(item -> all.add(item.asObject()));
                cursor = answer.stringValue("next_cursor", "");
            } catch (JsonException e) {
                throw strange();
            }
            if (cursor.isEmpty()) {
                return all;
            }
        }
        throw new PublishException(host + " has too many entries under " + path, "deploy to an app with fewer");
    }

    /// Sends an object; what it is on the server then.
    JsonObject send(String method, String path, JsonObject object) throws PublishException, InterruptedException {
        return ask(method, path, object);
    }

    void delete(String path) throws PublishException, InterruptedException {
        exchange("DELETE", path, null);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonObject ask(String method, String path, @Nullable JsonObject body)
            throws PublishException, InterruptedException {
        try {
            return JsonParser.create(exchange(method, path, body)).readJsonObject();
        } catch (JsonException e) {
            throw strange();
        }
    }

    private byte[] exchange(String method, String path, @Nullable JsonObject body)
            throws PublishException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(base + path)).header("Accept", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(body.toString()));
        }
        var future = http.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        try {
            var answer = future.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() >= 300) {
                throw refused(method + " " + path.replaceFirst("\\?.*", ""), answer);
            }
            return answer.body();
        } catch (TimeoutException e) {
            throw new PublishException(
                    "no whole answer from the Fn server " + host + " in " + Durations.text(ANSWER),
                    "look at the server's log: it may hang");
        } catch (ExecutionException e) {
            throw away(e.getCause() == null ? e : e.getCause());
        } finally {
            future.cancel(true);
        }
    }

    private PublishException away(Throwable failure) {
        var advice = "check --url or FN_API_URL, the network, and that it runs";
        return switch (failure) {
            case HttpConnectTimeoutException _ ->
                new PublishException("no answer from the Fn server " + host + " in " + Durations.text(CONNECT), advice);
            case ConnectException e
            when e.getCause() instanceof UnresolvedAddressException ->
                new PublishException("the name of the Fn server " + host + " is not known", advice);
            case ConnectException _ -> new PublishException("the Fn server " + host + " cannot be reached", advice);
            case SSLException e ->
                new PublishException(
                        "no safe connection to the Fn server " + host + ": "
                                + PublishException.line(String.valueOf(e.getMessage())),
                        "check its certificate and this machine's clock");
            case IOException e
            when String.valueOf(e.getMessage()).startsWith("body exceeds capacity") ->
                new PublishException(
                        "the Fn server " + host + " answers with more than 8 MB", "deploy to a smaller app");
            default -> new PublishException("the Fn server " + host + " broke off its answer", advice);
        };
    }

    private PublishException refused(String what, HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        if (status == 401 || status == 403) {
            return token == null
                    ? new PublishException(
                            "the Fn server " + host + " wants a token (" + status + ")",
                            "give it by FN_TOKEN or --token-file")
                    : new PublishException(
                            "the Fn server " + host + " refuses the token (" + status + ")",
                            "give a valid one by FN_TOKEN or --token-file");
        }
        if (status < 400) {
            return new PublishException(
                    "the Fn server " + host + " sends on to "
                            + PublishException.line(
                                    answer.headers().firstValue("Location").orElse("another address")),
                    "give the final address by --url or FN_API_URL");
        }
        var said = message(answer.body());
        if (status == 404 && said.isEmpty()) {
            return new PublishException(
                    host + " has no " + what.replaceFirst("^\\S+ ", "") + " (404)",
                    "check --url or FN_API_URL: it is the address of an Fn server, without /v2");
        }
        return new PublishException(
                "the Fn server " + host + " refuses " + what + " (" + status + ")"
                        + (said.isEmpty() ? "" : ": " + said),
                switch (status) {
                    case 409 -> "change what it names: in func.yaml, or there with fn delete";
                    case 400, 404, 405, 413 -> "correct it in func.yaml";
                    default -> "look at the server's log";
                });
    }

    private static String message(byte[] body) {
        try {
            return PublishException.line(
                    JsonParser.create(body).readJsonObject().stringValue("message", ""));
        } catch (RuntimeException e) {
            return ""; // not only JsonException, and its message is a dump of the text
        }
    }

    private PublishException strange() {
        return new PublishException(
                "what answers at " + base + " is no Fn server",
                "check --url or FN_API_URL: it is the address of an Fn server, without /v2");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
