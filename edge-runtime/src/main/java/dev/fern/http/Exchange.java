package dev.fern.http;

import dev.fern.Time;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One request and its answer, in this room's words.
final class Exchange {
    static final String JSON = "application/json; charset=utf-8";
    /// How long a client may take to send a body, and to take an answer.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Those that every call has to do with: to find a name costs.
    private static final Map<String, HeaderName> NAMES = Stream.of(
                    "Connection",
                    "Content-Type",
                    "Content-Length",
                    "Fn-Call-Id",
                    "Fn-Fdk-Runtime",
                    "Fn-Fdk-Version",
                    "Fn-Invoke-Type",
                    "Origin")
            .collect(Collectors.toUnmodifiableMap(Function.identity(), HeaderNames::create));

    private static final Duration DRAINING = Duration.ofSeconds(5);
    private static final int MAX_DRAINED_BYTES = 4 << 20;
    private static final int CHUNK = 8 << 10;

    private final ServerRequest request;
    private final ServerResponse response;
    private final Time time;
    private @Nullable InputStream entity;
    private boolean mustClose;
    private int status;

    Exchange(ServerRequest request, ServerResponse response, Time time) {
        this.request = request;
        this.response = response;
        this.time = time;
    }

    String method() {
        return request.prologue().method().text();
    }

    /// Decoded, without `.` and `..`. Everything that decides about a path uses this one.
    String path() {
        return request.path().path();
    }

    /// The path as it came, with its query.
    String target() {
        var raw = request.path().rawPath();
        var query = request.query().rawValue();
        return (raw.startsWith("/") ? raw : path()) + (query.isEmpty() ? "" : "?" + query);
    }

    /// Parameters, decoded.
    Map<String, List<String>> query() {
        var query = new HashMap<String, List<String>>();
        for (var name : request.query().names()) {
            query.put(name, request.query().all(name));
        }
        return query;
    }

    @Nullable String query(String name) {
        return request.query().first(name).orElse(null);
    }

    /// `HOST` or `HOST:PORT`, as the client calls us.
    String authority() {
        return request.authority();
    }

    /// Such as `http://127.0.0.1:8080`.
    String baseUrl() {
        return (request.isSecure() ? "https://" : "http://") + authority();
    }

    boolean hasClientCertificate() {
        return request.remotePeer().tlsCertificates().isPresent();
    }

    private static HeaderName named(String name) {
        var known = NAMES.get(name);
        return known == null ? HeaderNames.create(name) : known;
    }

    @Nullable String header(String name) {
        return request.headers().first(named(name)).orElse(null);
    }

    /// Each header with each of its values.
    void forEachHeader(BiConsumer<String, String> action) {
        for (var header : request.headers()) {
            header.allValues().forEach(value -> action.accept(header.name(), value));
        }
    }

    /// The body, whole.
    ///
    /// @throws RefusedException if it is larger, or takes longer than 30 s
    /// @throws IOException if the client is gone
    /// @throws RequestException if what it sends is no HTTP
    byte[] body(int most) throws RefusedException, IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        if (request.headers().contentLength().orElse(0) > most) {
            throw tooLarge(most);
        }
        try {
            return read(most);
        } catch (RequestException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IOException("the client went away", e);
        }
    }

    private byte[] read(int most) throws RefusedException, IOException {
        long start = time.nanos();
        // one byte more than is announced: then its end is found, and nothing has to be copied until there
        var body = new byte[(int) Math.min(request.headers().contentLength().orElse(CHUNK), CHUNK) + 1];
        int length = 0;
        var in = request.content().inputStream();
        entity = in;
        for (int read = in.read(body); read >= 0; read = in.read(body, length, body.length - length)) {
            length += read;
            if (length > most) {
                throw tooLarge(most);
            }
            if (time.nanos() - start > PATIENCE.toNanos()) {
                mustClose = true;
                throw new RefusedException(408, "Request took too long");
            }
            if (length == body.length) {
                body = Arrays.copyOf(body, 2 * length);
            }
        }
        return Arrays.copyOf(body, length);
    }

    /// The rest of the body is not read: the connection cannot be used again.
    private RefusedException tooLarge(int most) {
        mustClose = true;
        return new RefusedException(413, "Request content too large: at most " + most + " bytes are taken here");
    }

    void header(String name, String... values) {
        response.header(named(name), values);
    }

    void send(int newStatus, String contentType, byte[] body) throws IOException {
        header("Content-Type", contentType);
        send(newStatus, body);
    }

    /// Sends. Nothing more can be sent after that.
    ///
    /// @throws IOException if the client is gone, or does not take it within 30 s
    void send(int newStatus, byte[] body) throws IOException {
        status = newStatus;
        response.status(Status.create(newStatus));
        if (mustClose) {
            header("Connection", "close");
        }
        boolean head = method().equals("HEAD");
        if (head) {
            header("Content-Length", String.valueOf(body.length));
        }
        boolean bare = head || newStatus == 204 || newStatus == 304;
        patiently(() -> {
            if (bare) {
                response.send();
            } else {
                response.send(body);
            }
        });
    }

    /// Something that writes to the client.
    interface Writing {
        void run() throws IOException;
    }

    private void patiently(Writing writing) throws IOException {
        try (var _ = new Patience(time, PATIENCE, () -> {})) {
            writing.run();
        } catch (RuntimeException e) {
            throw new IOException("the client went away", e);
        }
    }

    void json(int newStatus, String json) throws IOException {
        send(newStatus, JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    /// Begins a body of text that is sent line by line.
    OutputStream stream(String contentType) {
        status = 200;
        header("Content-Type", contentType);
        return response.outputStream();
    }

    /// Sends these lines now.
    void write(OutputStream stream, List<String> lines) throws IOException {
        patiently(() -> {
            for (var line : lines) {
                stream.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
            stream.flush();
        });
    }

    boolean isSent() {
        return response.isSent();
    }

    /// 0 as long as nothing was sent.
    int status() {
        return status;
    }

    /// Closes the connection when the client wants that: Helidon 4.5.0 leaves it open, see helidon-io/helidon#12324.
    void end() {
        if (mustClose) {
            drain();
        }
        var connection = header("Connection");
        if (mustClose
                || connection != null && connection.toLowerCase(Locale.ROOT).contains("close")) {
            throw new CloseConnectionException("the answer was the last one");
        }
    }

    /// A client that is still sending its body must have a chance to see why it is not wanted: closing at once would
    /// reset the connection, and the answer with it.
    private void drain() {
        if (header("Expect") != null && entity == null) {
            return; // it waits with its body
        }
        try (var _ = new Patience(time, DRAINING, () -> {})) {
            var rest = entity == null ? request.content().inputStream() : entity;
            rest.skipNBytes(MAX_DRAINED_BYTES);
        } catch (IOException | RuntimeException e) {
            // its end, or the client's
        }
    }
}
