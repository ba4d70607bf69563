package dev.fern.cli;

import dev.fern.Durations;
import dev.fern.config.ConfigReader;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The running daemon, as the commands ask it over HTTP. Whatever goes wrong becomes one sentence.
final class Daemon {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    /// Longer than any function may run (300 s).
    private static final Duration CALL = Duration.ofSeconds(330);

    private final HttpClient http;
    private final String url;
    private final @Nullable String token;

    private Daemon(String url, @Nullable String token, HttpClient http) {
        this.url = url;
        this.token = token;
        this.http = http;
    }

    /// Finds it. The configuration's token goes only to the address that the configuration names.
    static Daemon find(DaemonOptions options, Terminal terminal) throws FailedException {
        var client = HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1);
        var given = options.url != null ? options.url : terminal.variable("FERN_URL");
        if (!given.isEmpty()) {
            return new Daemon(checked(given), token(options, terminal, null), client.build());
        }
        var settings = new ConfigReader(terminal.environment()).http(options.config);
        if (settings.tlsCertFile() instanceof Path certificate) {
            client.sslContext(PinnedCertificate.context(certificate));
        }
        var scheme = settings.tlsCertFile() == null ? "http" : "https";
        var url = scheme + "://" + reachable(settings.listen());
        return new Daemon(url, token(options, terminal, settings.tokenFile()), client.build());
    }

    private static String checked(String url) throws FailedException {
        if (!url.matches("https?://[^/\\s]+/*")) {
            throw new FailedException(
                    "'" + url + "' is not where a daemon is; give a URL such as http://127.0.0.1:8080");
        }
        return url.replaceAll("/+$", "");
    }

    /// A daemon that listens on every address is reached on this machine's own.
    private static String reachable(String listen) {
        return listen.replaceFirst("^0\\.0\\.0\\.0:", "127.0.0.1:").replaceFirst("^\\[::]:", "[::1]:");
    }

    private static @Nullable String token(DaemonOptions options, Terminal terminal, @Nullable Path configured)
            throws FailedException {
        if (options.tokenFile != null) {
            return read(options.tokenFile);
        }
        if (!terminal.variable("FERN_TOKEN").isEmpty()) {
            return terminal.variable("FERN_TOKEN").strip();
        }
        if (!terminal.variable("FERN_TOKEN_FILE").isEmpty()) {
            return read(Path.of(terminal.variable("FERN_TOKEN_FILE")));
        }
        // one that this user may not read is reported by the daemon, which asks for it
        return configured != null && Files.isReadable(configured) ? read(configured) : null;
    }

    private static String read(Path tokenFile) throws FailedException {
        try {
            return Files.readString(tokenFile).strip();
        } catch (IOException e) {
            throw new FailedException("the token file " + tokenFile + " cannot be read; correct --token-file or"
                    + " FERN_TOKEN_FILE, or make it readable");
        }
    }

    String url() {
        return url;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// The JSON object at that path.
    JsonObject object(String path) throws FailedException {
        return asObject(text(path));
    }

    /// The body at that path, as it is.
    String text(String path) throws FailedException {
        return new String(send(request(path).GET().build(), ANSWER).body(), StandardCharsets.UTF_8);
    }

    JsonObject asObject(String json) throws FailedException {
        return parse(json, JsonParser::readJsonObject);
    }

    JsonArray asArray(String json) throws FailedException {
        return parse(json, JsonParser::readJsonArray);
    }

    private <T> T parse(String json, Function<JsonParser, T> read) throws FailedException {
        try {
            return read.apply(JsonParser.create(json));
        } catch (JsonException e) {
            throw new FailedException("what answers at " + url + " is no Fern; correct --url or FERN_URL");
        }
    }

    void post(String path, String json) throws FailedException {
        var request = request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
        send(request.build(), ANSWER);
    }

    /// Calls a function and waits as long as one may run.
    HttpResponse<byte[]> call(String id, String contentType, BodyPublisher body) throws FailedException {
        var request = request("/invoke/" + encode(id))
                .header("Content-Type", contentType)
                .POST(body);
        return send(request.build(), CALL);
    }

    /// The body at that path while it comes, without an end. The caller closes it.
    InputStream stream(String path) throws FailedException {
        var response = exchange(request(path).GET().build(), BodyHandlers.ofInputStream(), ANSWER);
        if (response.statusCode() >= 400) {
            try (var body = response.body()) {
                throw refused(response.statusCode(), body.readAllBytes());
            } catch (IOException e) {
                throw refused(response.statusCode(), new byte[0]);
            }
        }
        return response.body();
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create(url + path));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(HttpRequest request, Duration timeout) throws FailedException {
        var response = exchange(request, BodyHandlers.ofByteArray(), timeout);
        if (response.statusCode() >= 400) {
            throw refused(response.statusCode(), response.body());
        }
        return response;
    }

    /// Waits that long for all that the body handler waits for; a request's own time-out would end at the headers.
    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body, Duration timeout)
            throws FailedException {
        try {
            return http.sendAsync(request, body).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new FailedException("no answer from " + url + " within " + Durations.text(timeout)
                    + ": is fern stuck? journalctl -u fern");
        } catch (ExecutionException e) {
            var why = e.getCause() instanceof SSLException tls ? " (" + tls.getMessage() + ")" : "";
            throw new FailedException("no answer from " + url + why + ": is fern running? systemctl status fern");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedException("interrupted");
        }
    }

    private FailedException refused(int status, byte[] body) {
        var message = message(body);
        if (status == 401 || status == 403) {
            return new FailedException((message.isEmpty() ? "the daemon refuses" : message)
                    + "; show its token by --token-file, FERN_TOKEN or FERN_TOKEN_FILE");
        }
        return new FailedException(message.isEmpty() ? url + " answered with status " + status : message);
    }

    private static String message(byte[] body) {
        try {
            return JsonParser.create(body).readJsonObject().stringValue("message", "");
        } catch (JsonException e) {
            return "";
        }
    }
}
