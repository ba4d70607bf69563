package dev.fern.images;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fern.kit.FunctionImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A registry that misbehaves as a test tells it. What it is not told is 404.
final class PlayedRegistry implements AutoCloseable {
    /// What it does with one request.
    interface Part {
        void play(HttpExchange exchange) throws IOException, InterruptedException;
    }

    /// @param authorization null if there was none
    record Seen(
            String method,
            String path,
            @Nullable String query,
            @Nullable String authorization,
            @Nullable String range) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Part> parts = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger stalled = new AtomicInteger();
    final List<Seen> seen = new CopyOnWriteArrayList<>();

    PlayedRegistry() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    private PlayedRegistry(HttpServer server) {
        this.server = server;
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /// With a certificate that it made itself.
    static PlayedRegistry withTls(Path dir) throws IOException, InterruptedException, GeneralSecurityException {
        var file = dir.resolve("tls.p12");
        var password = "changeit";
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made = new ProcessBuilder(List.of(
                        keytool,
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=registry",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        password))
                .inheritIO()
                .start();
        if (made.waitFor() != 0) {
            throw new IOException("keytool failed");
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(file.toFile(), password.toCharArray()), password.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new PlayedRegistry(server);
    }

    private void handle(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var uri = exchange.getRequestURI();
        seen.add(new Seen(
                exchange.getRequestMethod(),
                uri.getPath(),
                uri.getRawQuery(),
                headers.getFirst("Authorization"),
                headers.getFirst("Range")));
        try (exchange) {
            parts.getOrDefault(uri.getPath(), answer(404, "application/json", "{}".getBytes(StandardCharsets.UTF_8)))
                    .play(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// The same server under a name that is another host to its clients.
    String otherHost() {
        return "localhost:" + server.getAddress().getPort();
    }

    PlayedRegistry on(String path, Part part) {
        parts.put(path, part);
        return this;
    }

    /// The image under `a:1`, with no tricks.
    PlayedRegistry image(FunctionImage image) {
        var manifest = image.manifest();
        var part = answer(200, manifest.mediaType(), manifest.bytes());
        on("/v2/a/manifests/1", part).on("/v2/a/manifests/" + manifest.digest(), part);
        for (var blob : image.blobs()) {
            on("/v2/a/blobs/" + blob.digest(), answer(200, "application/octet-stream", blob.bytes()));
        }
        return this;
    }

    static Part answer(int status, String type, byte[] body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        };
    }

    /// Honours `Range: bytes=N-`, and breaks the connection off after so many bytes of the body.
    static Part cut(byte[] body, int after) {
        return exchange -> {
            var range = exchange.getRequestHeaders().getFirst("Range");
            int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            if (range != null) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, body.length - from);
            exchange.getResponseBody().write(body, from, Math.min(after, body.length - from));
            exchange.getResponseBody().flush();
        };
    }

    static Part redirect(String location) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(307, -1);
        };
    }

    static Part challenge(String header) {
        return exchange -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", header);
            exchange.sendResponseHeaders(401, -1);
        };
    }

    /// Sends so much of a body and then nothing more; with -1 not even an answer.
    Part stall(int bytes) {
        return exchange -> {
            if (bytes >= 0) {
                exchange.sendResponseHeaders(200, 1_000_000);
                exchange.getResponseBody().write(new byte[bytes]);
                exchange.getResponseBody().flush();
            }
            stalled.incrementAndGet();
            closed.await();
        };
    }

    /// How many answers have stalled so far.
    int stalled() {
        return stalled.get();
    }

    List<String> paths() {
        return seen.stream().map(Seen::path).toList();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
