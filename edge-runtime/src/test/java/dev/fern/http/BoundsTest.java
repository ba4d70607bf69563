package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Examples;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client cannot make large, slow or many.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BoundsTest {
    private static final int LIMIT = 256 << 10;

    @TempDir
    Path folder;

    private Visitor visitor;

    @BeforeEach
    void open() {
        visitor = new Visitor(folder);
        visitor.bind(Examples.fn("a/f", "on/t", "http:/x"));
    }

    @AfterEach
    void close() {
        visitor.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/invoke/id-f", "/t/a/x", "/fern/emit"})
    void aBodyOverTheLimitIsRefused(String target) throws Exception {
        for (int over : new int[] {1, 3 << 20}) {
            var refused = visitor.ask("POST", target, "x".repeat(LIMIT + over));
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(refused.body())
                    .isEqualTo("{\"message\":\"Request content too large: at most 262144 bytes are taken here\"}");
        }
        assertThat(visitor.intake.rest()).isEmpty();
    }

    @Test
    void anEventOverTheLimitIsCounted() throws Exception {
        visitor.ask("POST", "/invoke/id-f", "x".repeat(LIMIT + 1));
        visitor.ask("POST", "/t/a/x", "x".repeat(LIMIT + 1));
        visitor.ask("POST", "/v2/apps", "x".repeat((1 << 20) + 1)); // no event
        assertThat(visitor.get("/metrics").body()).contains("fern_events_refused_total{reason=\"size\"} 2.0\n");
    }

    @Test
    void aBodyAtTheLimitIsTaken() throws Exception {
        assertThat(visitor.ask("POST", "/invoke/id-f", "x".repeat(LIMIT)).statusCode())
                .isEqualTo(200);
        assertThat(visitor.intake.next().event().data().size()).isEqualTo(LIMIT);
    }

    @Test
    void aDefinitionMayBeLargerThanAnEventButNotEndless() throws Exception {
        assertThat(visitor.ask(
                                "POST",
                                "/v2/apps",
                                "{\"name\":\"a\",\"config\":{\"A\":\"" + "x".repeat(900_000) + "\"}}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(visitor.ask("POST", "/v2/apps", "x".repeat((1 << 20) + 1)).statusCode())
                .isEqualTo(413);
    }

    @Test
    void aBodyInChunksIsCutAndTheConnectionClosed() throws Exception {
        var chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        var answer = visitor.raw(
                "POST /invoke/id-f HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
                chunk.repeat(9),
                "0\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 413")
                .contains("Connection: close")
                .doesNotContain("(open)");
    }

    @Test
    void anEndlessBodyIsNotReadForEver() throws Exception {
        var chunk = ("8000\r\n" + "x".repeat(0x8000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port())) {
            var out = socket.getOutputStream();
            out.write("POST /invoke/id-f HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < 4096; i++) {
                out.write(chunk);
            }
            throw new AssertionError("128 MB were taken");
        } catch (IOException e) {
            assertThat(visitor.get("/version").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIsNotWaitedFor() throws Exception {
        var start = "POST /invoke/id-f HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
        var answer = visitor.raw(start, "Content-Length: 99999999999\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413").doesNotContain("(open)");
    }

    @Test
    void aBodyThatTricklesIsGivenUp() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port())) {
            socket.setSoTimeout(10_000);
            var out = socket.getOutputStream();
            var start = "POST /invoke/id-f HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n";
            out.write((start + "Content-Length: 9999\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            assertThat(in.readLine()).startsWith("HTTP/1.1 100"); // it reads the body now
            assertThat(in.readLine()).isEmpty();
            visitor.time.advance(Duration.ofSeconds(31));
            out.write('x');
            assertThat(in.readLine()).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void headersOverTheLimitAreRefused() throws Exception {
        var answer = visitor.raw("GET /version HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
        assertThat(answer).doesNotStartWith("HTTP/1.1 200").doesNotContain("(open)");
    }

    /// Helidon 4.5.0 by itself does not: helidon-io/helidon#12324.
    @Test
    void aConnectionIsClosedWhenTheClientAsksForThat() throws Exception {
        for (var method : new String[] {"GET /version", "GET /nope", "HEAD /version"}) {
            assertThat(visitor.raw(method + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 ")
                    .doesNotContain("(open)");
        }
        assertThat(visitor.raw("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .endsWith("(open)");
    }

    @Test
    void afterAnErrorTheConnectionGoesOn() throws Exception {
        var request = "GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var last = "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        assertThat(visitor.raw(request, last)).contains("HTTP/1.1 404", "HTTP/1.1 200");
    }

    @Test
    void sixtyFourConnectionsAndNoMore() throws Exception {
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 64; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port());
                sockets.add(socket);
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.ISO_8859_1));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            var next = "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            assertThat(visitor.raw(next)).isEqualTo("(open)");
            sockets.removeLast().close();
            assertThat(visitor.raw(next)).startsWith("HTTP/1.1 200");
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < 1000 && !condition.call(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.call()).isTrue();
    }

    private static boolean isCut(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // what was sent before
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset
        }
    }

    @Test
    void headersThatTrickleAreGivenUp() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write("GET /version HTTP/1.1\r\nHost: localhost\r\nX: ".getBytes(StandardCharsets.ISO_8859_1));
            await(() -> visitor.time.timers() > 0);
            visitor.time.advance(Duration.ofSeconds(31));
            assertThat(isCut(socket)).isTrue();
        }
        assertThat(visitor.time.timers()).isZero();
    }

    @Test
    void anAnswerThatIsNotTakenIsGivenUp() throws Exception {
        visitor.intake.answer(new Result.Success(new Answer(Headers.NONE, Payload.of(new byte[64 << 20]))));
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write("GET /t/a/x HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            visitor.intake.next();
            await(() -> socket.getInputStream().available() > 0);
            visitor.time.advance(Duration.ofSeconds(31));
            assertThat(isCut(socket)).isTrue();
        }
        assertThat(visitor.get("/version").statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatHurriesIsNotCut() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port())) {
            socket.setSoTimeout(300);
            var request = "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write(request);
                assertThat(socket.getInputStream().read()).isEqualTo('H');
                await(() -> visitor.time.timers() == 0);
                visitor.time.advance(Duration.ofSeconds(31));
                assertThat(isCut(socket)).isFalse();
            }
        }
    }

    @Test
    void aClientThatBreaksOffIsNoBug() throws Exception {
        try (var log = new LoggedErrors("fern.http")) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port())) {
                socket.getOutputStream()
                        .write("POST /invoke/id-f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx"
                                .getBytes(StandardCharsets.ISO_8859_1));
            }
            assertThat(visitor.get("/version").statusCode()).isEqualTo(200);
            visitor.door.close();
            assertThat(log.messages()).isEmpty();
        }
        assertThat(visitor.intake.rest()).isEmpty();
    }

    @Test
    void aBugIsSaidOnceAndNotShownToTheClient() throws Exception {
        visitor.control.bug = new IllegalStateException("secret details");
        try (var log = new LoggedErrors("fern.http")) {
            var answer = visitor.get("/fern/status");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body()).isEqualTo("{\"message\":\"internal server error\"}");
            assertThat(log.messages()).containsExactly("a bug in serving GET /fern/status");
        }
    }
}
