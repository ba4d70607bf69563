package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What clients that mean no good do to a daemon's HTTP, from outside.
class DoorstepTest {
    private static final int CONNECTIONS = 1000;
    /// Those that are accepted, and the daemon's own: the broker's, the listening one, ...
    private static final int SOCKETS_MOST = 64 + 16;

    private static Sandbox sandbox;
    private static Mosquitto broker;
    private static FernProcess fern;

    @BeforeAll
    static void start() throws Exception {
        sandbox = new Sandbox();
        broker = Mosquitto.start(sandbox);
        TestFunction.build(
                sandbox,
                "echo",
                "1.0.0",
                "fern/on/in: \"mqtt:in\"\nfern/to/out: \"mqtt:out\"",
                "Echo",
                "public class Echo { public String handle(String in) { return in; } }");
        fern = FernProcess.start(
                        sandbox,
                        "functions: " + sandbox.folder("functions") + "\nmqtt: {url: \"" + broker.url() + "\"}")
                .awaitListening();
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    @Test
    void aThousandConnectionsDoNotStopIt() throws Exception {
        var crowd = new ArrayList<SocketChannel>();
        try (var outside = new Outside(broker.url(), "out");
                var calls = new Calls(fern)) {
            try {
                assertThat(calls.answer("echo", "before")).isEqualTo("200 before");
                for (int i = 0; i < CONNECTIONS; i++) {
                    crowd.add(halfOpen(i));
                }
                outside.publish("in", "during");
                outside.await(
                        "the answer while they stand there", one -> one.text().equals("during"));
                assertThat(sockets()).as("sockets of the daemon").isBetween(64L, (long) SOCKETS_MOST);
            } finally {
                for (var one : crowd) {
                    one.close();
                }
            }
            assertThat(fern.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(calls.answer("echo", "after")).isEqualTo("200 after");
        }
    }

    /// One that says nothing, the beginning of a request, or less than it has announced.
    private static SocketChannel halfOpen(int number) throws IOException {
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        // beyond the backlog it stays on its way
        if (channel.connect(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), fern.url().getPort()))
                || channel.finishConnect()) {
            var begun = List.of(
                    "",
                    "GET /version HTTP/1.1\r\nHo",
                    "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx");
            channel.write(ByteBuffer.wrap(begun.get(number % begun.size()).getBytes(StandardCharsets.US_ASCII)));
        }
        return channel;
    }

    private static long sockets() throws IOException {
        try (var files = Files.list(Path.of("/proc/" + fern.process().pid() + "/fd"))) {
            return files.filter(DoorstepTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    @Test
    void aConnectionIsClosedWhenTheClientWantsThatAndWhenItsBodyIsTooLarge() throws Exception {
        var id = fern.functionId("echo");

        assertThat(raw("GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(raw("POST /invoke/" + id + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"
                        + "x".repeat(1000)))
                .startsWith("HTTP/1.1 413");
    }

    /// All that is answered until the daemon closes the connection.
    private static String raw(String request) throws IOException {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), fern.url().getPort())) {
            socket.setSoTimeout(50_000); // less than it takes until an idle one is closed
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
