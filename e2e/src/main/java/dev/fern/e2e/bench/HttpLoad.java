package dev.fern.e2e.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// Calls servers over HTTP/1.1 as fast as they answer, in turns, for [HttpContest]. A program of its own, one thread:
/// on
/// each connection the next request goes out when the answer to the last one has come whole.
///
/// ```
/// arguments: ROUNDS WARMUP_MS LENGTH_MS CONNECTIONS,CONNECTIONS... NAME,PID,PORT,PATH...
/// output:    CONNECTIONS ROUND NAME ANSWERS WRONG PER_SECOND P50_US P99_US CPU_US
/// ```
///
/// WRONG are answers that were not what was sent, and connections that broke off; CPU_US is what the server's process
/// computed for each answer.
public final class HttpLoad implements AutoCloseable {
    private static final int BODY = 64;
    private static final int MOST = 1 << 16;
    private static final int TIMES = 1 << 21;
    private static final long STUCK_MS = 20_000;

    /// Where to.
    private record Server(String name, long pid, int port, String path) {
        static Server parse(String text) {
            var parts = text.split(",");
            return new Server(parts[0], Long.parseLong(parts[1]), Integer.parseInt(parts[2]), parts[3]);
        }

        Duration cpu() {
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().totalCpuDuration())
                    .orElseThrow();
        }
    }

    /// One connection, with the request that it sends again and again.
    private static final class Connection {
        final SocketChannel channel;
        final byte[] bytes = new byte[MOST];
        final ByteBuffer in = ByteBuffer.wrap(bytes);
        long sentNanos;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final Selector selector = Selector.open();
    private final ByteBuffer request;
    private final byte[] body = new byte[BODY];
    private final long[] nanos = new long[TIMES];
    private int answers;
    private int wrong;

    private HttpLoad(Server server, int connections) throws IOException {
        Arrays.fill(body, (byte) 'x');
        var head = "POST " + server.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + server.port
                + "\r\nContent-Type: application/octet-stream\r\nContent-Length: " + BODY + "\r\n\r\n";
        var bytes = head.getBytes(StandardCharsets.US_ASCII);
        request = ByteBuffer.allocateDirect(bytes.length + BODY);
        request.put(bytes).put(body).flip();
        for (int i = 0; i < connections; i++) {
            var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
        }
    }

    /// See above.
    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[0]);
        long warmUpMs = Long.parseLong(arguments[1]);
        long lengthMs = Long.parseLong(arguments[2]);
        var servers = new ArrayList<>(List.of(arguments).subList(4, arguments.length).stream()
                .map(Server::parse)
                .toList());
        for (int round = 0; round < rounds; round++) {
            for (var connections : arguments[3].split(",")) {
                for (var server : servers) {
                    try (var load = new HttpLoad(server, Integer.parseInt(connections))) {
                        System.out.println(connections + " " + round + " " + load.run(server, warmUpMs, lengthMs));
                    }
                }
            }
            Collections.reverse(servers); // who comes first shall not always be the same
        }
    }

    private String run(Server server, long warmUpMs, long lengthMs) throws IOException {
        for (var key : selector.keys()) {
            send((Connection) key.attachment());
        }
        serve(warmUpMs);
        answers = 0;
        var cpu = server.cpu();
        long start = System.nanoTime();
        serve(lengthMs);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuMicros = server.cpu().minus(cpu).toNanos() / 1e3 / Math.max(1, answers);
        int timed = Math.min(answers, TIMES);
        Arrays.sort(nanos, 0, timed);
        return "%s %d %d %.1f %.1f %.1f %.1f"
                .formatted(
                        server.name,
                        answers,
                        wrong,
                        answers / seconds,
                        percentile(timed, 50) / 1e3,
                        percentile(timed, 99) / 1e3,
                        cpuMicros);
    }

    private long percentile(int count, double percent) {
        return count == 0 ? 0 : nanos[Math.max(0, (int) Math.ceil(percent / 100 * count) - 1)];
    }

    private void serve(long forMs) throws IOException {
        long end = System.nanoTime() + forMs * 1_000_000;
        while (System.nanoTime() < end) {
            if (selector.select(STUCK_MS) == 0) {
                throw new IOException("no answer in " + STUCK_MS + " ms");
            }
            for (var key : selector.selectedKeys()) {
                read(key, (Connection) key.attachment());
            }
            selector.selectedKeys().clear();
        }
    }

    private void send(Connection connection) throws IOException {
        connection.sentNanos = System.nanoTime();
        if (connection.channel.write(request.duplicate()) < request.limit()) {
            throw new IOException("a request of " + request.limit() + " bytes did not go out at once");
        }
    }

    private void read(SelectionKey key, Connection connection) throws IOException {
        if (connection.channel.read(connection.in) < 0) {
            wrong++;
            key.cancel();
            connection.channel.close();
            return;
        }
        int head = endOfHead(connection.bytes, connection.in.position());
        int end = head < 0 ? -1 : head + length(connection.bytes, head);
        if (end < 0 || connection.in.position() < end) {
            return;
        }
        nanos[answers++ % TIMES] = System.nanoTime() - connection.sentNanos;
        if (end != connection.in.position() || !isEcho(connection.bytes, head, end)) {
            wrong++;
        }
        connection.in.clear();
        send(connection);
    }

    private boolean isEcho(byte[] answer, int head, int end) {
        return answer[9] == '2'
                && answer[10] == '0'
                && answer[11] == '0'
                && Arrays.equals(answer, head, end, body, 0, BODY);
    }

    /// Where the body begins, or -1 if the head has not come whole.
    private static int endOfHead(byte[] bytes, int count) {
        for (int i = 3; i < count; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /// What `Content-Length` says, whatever the case of its letters.
    private static int length(byte[] bytes, int head) throws IOException {
        var text = new String(bytes, 0, head, StandardCharsets.US_ASCII);
        for (var line : text.split("\r\n")) {
            if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        throw new IOException("an answer without Content-Length: " + text);
    }

    @Override
    public void close() throws IOException {
        for (var key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
