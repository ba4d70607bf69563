package dev.fern.e2e.bench;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A port of this machine that hands everything on to another one, and notes when each HTTP request began and when its
/// answer had come whole, with the bytes of both, header fields included. It knows a request by its first line at the
/// beginning of a piece, as clients send it that wait for each answer.
final class Wiretap implements AutoCloseable {
    private static final Pattern REQUEST = Pattern.compile("(GET|HEAD|POST|PUT|PATCH|DELETE) (/\\S*) HTTP/1\\.1\r\n");
    private static final int LINE = 2048;

    /// One request.
    ///
    /// @param startNanos its first byte was here, by [System#nanoTime]
    /// @param endNanos the last byte of its answer was here
    /// @param up bytes of the request
    /// @param down bytes of the answer
    record Request(String method, String path, long startNanos, long endNanos, long up, long down) {
        /// How long the one who asked waited for the server.
        long nanos() {
            return endNanos - startNanos;
        }
    }

    private final int to;
    private final ServerSocket listening;
    private final List<Line> lines = new ArrayList<>();

    /// @param to the port that is listened in on
    Wiretap(int to) throws IOException {
        this.to = to;
        listening = new ServerSocket(Sandbox.freePort(), 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("bench-tap").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    /// What began after that time, in the order that it began.
    List<Request> since(long nanos) {
        List<Line> all;
        synchronized (lines) {
            all = List.copyOf(lines);
        }
        return all.stream()
                .flatMap(line -> line.requests().stream())
                .filter(request -> request.startNanos - nanos > 0)
                .sorted((a, b) -> Long.compare(a.startNanos - b.startNanos, 0))
                .toList();
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                var line = new Line(client, new Socket(InetAddress.getLoopbackAddress(), to));
                synchronized (lines) {
                    lines.add(line);
                }
                line.begin();
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        synchronized (lines) {
            lines.forEach(Line::close);
        }
    }

    /// One connection.
    private static final class Line {
        private final Socket client;
        private final Socket server;
        private final List<Request> requests = new ArrayList<>();
        private @Nullable Request now;

        Line(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void begin() throws IOException {
            var fromClient = client.getInputStream();
            var toServer = server.getOutputStream();
            var fromServer = server.getInputStream();
            var toClient = client.getOutputStream();
            Thread.ofVirtual().name("bench-tap-up").start(() -> pass(fromClient, toServer, true));
            Thread.ofVirtual().name("bench-tap-down").start(() -> pass(fromServer, toClient, false));
        }

        private void pass(InputStream in, OutputStream out, boolean up) {
            var piece = new byte[64 << 10];
            try {
                for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                    note(piece, n, up);
                    out.write(piece, 0, n);
                }
            } catch (IOException e) {
                // as below
            } finally {
                close();
            }
        }

        private synchronized void note(byte[] piece, int length, boolean up) {
            long time = System.nanoTime();
            if (up) {
                var text = new String(piece, 0, Math.min(length, LINE), StandardCharsets.ISO_8859_1);
                var match = REQUEST.matcher(text);
                if (match.lookingAt()) {
                    finish();
                    now = new Request(match.group(1), match.group(2), time, time, 0, 0);
                }
            }
            if (now instanceof Request one) {
                now = new Request(
                        one.method,
                        one.path,
                        one.startNanos,
                        up ? one.endNanos : time,
                        one.up + (up ? length : 0),
                        one.down + (up ? 0 : length));
            }
        }

        private void finish() {
            if (now instanceof Request one) {
                requests.add(one);
                now = null;
            }
        }

        /// The one under way with them, as far as it has come.
        synchronized List<Request> requests() {
            var all = new ArrayList<>(requests);
            if (now instanceof Request one) {
                all.add(one);
            }
            return all;
        }

        void close() {
            try (client;
                    server) {
                // both
            } catch (IOException e) {
                // it is gone already
            }
        }
    }
}
