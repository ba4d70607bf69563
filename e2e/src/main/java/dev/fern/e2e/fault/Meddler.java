package dev.fern.e2e.fault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Stands between the device and a server, and does with its answers what it is told: a server that is ill, or
/// something on
/// the way that is. It can also be away.
final class Meddler implements AutoCloseable {
    /// What becomes of an answer.
    enum Mood {
        TRUE,
        /// Another page altogether, as at a hotel.
        WEB_PAGE,
        SERVER_ERROR,
        /// Only its first half, as if that were all.
        HALF,
        /// Its first half, and then the connection ends.
        BROKEN_OFF,
        /// It has no end, and comes fast.
        FLOOD,
        /// It has no end, and comes a byte a second.
        DRIP,
        /// A list in which there is nothing.
        EMPTY_LIST,
        /// Of a list the first page, which is empty; the next one fails.
        FIRST_PAGE,
        /// One byte of it is another.
        WRONG_BYTE
    }

    private static final List<String> HEADERS =
            List.of("Content-Type", "Docker-Content-Digest", "Content-Range", "Docker-Distribution-Api-Version");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI behind;
    private final int port;
    private volatile Function<String, Mood> moods = _ -> Mood.TRUE;
    private volatile boolean closing;
    private @Nullable HttpServer server;

    /// @param behind the root of the server
    Meddler(URI behind) throws IOException {
        this.behind = behind;
        port = open(0);
    }

    /// `127.0.0.1:PORT`
    String address() {
        return "127.0.0.1:" + port;
    }

    /// From now on answers to paths with that text in it are so; the text may be of the query too.
    void answer(String part, Mood mood) {
        moods = path -> path.contains(part) ? mood : Mood.TRUE;
    }

    /// The same, but for each as that says. Any thread.
    void answer(Function<String, Mood> each) {
        moods = each;
    }

    /// All comes as it is.
    void letThrough() {
        moods = _ -> Mood.TRUE;
    }

    /// Nobody listens there any more.
    void leave() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    /// Somebody listens again.
    void comeBack() throws IOException {
        open(port);
    }

    private int open(int wanted) throws IOException {
        var opened = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
        opened.createContext("/", this::handle);
        opened.setExecutor(threads);
        opened.start();
        server = opened;
        return opened.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().toString();
            switch (moods.apply(path)) {
                case WEB_PAGE -> send(exchange, 200, "text/html", "<html><body>Welcome</body></html>");
                case SERVER_ERROR -> send(exchange, 500, "text/plain", "out of order");
                case EMPTY_LIST -> send(exchange, 200, "application/json", "{\"items\":[]}");
                case FIRST_PAGE -> {
                    if (path.contains("cursor=")) {
                        send(exchange, 500, "text/plain", "out of order");
                    } else {
                        send(exchange, 200, "application/json", "{\"items\":[],\"next_cursor\":\"bW9yZQ==\"}");
                    }
                }
                case FLOOD -> endless(exchange, 1 << 16, 0);
                case DRIP -> endless(exchange, 1, 1000);
                case Mood mood -> forward(exchange, path, mood);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private void endless(HttpExchange exchange, int bytes, long pauseMs) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        var blanks = " ".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
        while (!closing) { // until the other side has had enough
            exchange.getResponseBody().write(blanks);
            exchange.getResponseBody().flush();
            TimeUnit.MILLISECONDS.sleep(pauseMs);
        }
    }

    private void forward(HttpExchange exchange, String path, Mood mood) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(behind.resolve(path))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody());
        for (var name : List.of("Accept", "Range")) {
            exchange.getRequestHeaders().getOrDefault(name, List.of()).forEach(value -> request.header(name, value));
        }
        var answer = client.send(request.build(), BodyHandlers.ofByteArray());
        for (var name : HEADERS) {
            answer.headers()
                    .firstValue(name)
                    .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
        }
        var bytes = answer.body();
        if (bytes.length == 0) {
            exchange.sendResponseHeaders(answer.statusCode(), -1);
            return;
        }
        if (mood == Mood.WRONG_BYTE) {
            bytes[bytes.length / 2] ^= 1;
        }
        boolean whole = mood == Mood.TRUE || mood == Mood.WRONG_BYTE;
        int length = whole ? bytes.length : bytes.length / 2;
        exchange.sendResponseHeaders(answer.statusCode(), mood == Mood.BROKEN_OFF ? bytes.length : length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes, 0, length);
        }
    }

    @Override
    public void close() {
        closing = true;
        leave();
        threads.shutdownNow();
        client.shutdownNow();
    }
}
