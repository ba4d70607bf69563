package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LogStreamsTest {
    @TempDir
    Path folder;

    private Visitor visitor;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void open() {
        visitor = new Visitor(folder);
    }

    @AfterEach
    void close() throws Exception {
        for (var socket : sockets) {
            socket.close();
        }
        visitor.close();
    }

    private BufferedReader follow() throws Exception {
        var socket = new Socket(InetAddress.getLoopbackAddress(), visitor.door.port());
        sockets.add(socket);
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write("GET /fern/logs?follow=true&n=5 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static void readTo(BufferedReader reader, String wanted) throws Exception {
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.equals(wanted)) {
                return;
            }
        }
        throw new AssertionError("ended before " + wanted);
    }

    @Test
    void theLastLinesArePlainText() throws Exception {
        visitor.control.logs.addAll(List.of("one", "zwölf"));
        var answer = visitor.get("/fern/logs?n=7");
        assertThat(answer.body()).isEqualTo("one\nzwölf\n");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
        assertThat(visitor.control.asked).containsExactly("logs 7");
    }

    @Test
    void aFollowerGetsEachFurtherLineAtOnce() throws Exception {
        visitor.control.logs.add("before");
        var reader = follow();
        readTo(reader, "before");
        for (var line : List.of("first", "second")) {
            visitor.control.followers.getFirst().accept(line);
            readTo(reader, line);
        }
    }

    @Test
    void aFollowerThatWentAwayIsForgottenWithTheNextLines() throws Exception {
        follow();
        await(() -> !visitor.control.followers.isEmpty());
        var line = visitor.control.followers.getFirst();
        sockets.getFirst().close();
        await(() -> {
            line.accept("x");
            return visitor.control.followers.isEmpty();
        });
    }

    @Test
    void tooManyFollowersEndTheOldest() throws Exception {
        var first = follow();
        await(() -> visitor.control.followers.size() == 1);
        for (int i = 0; i < 8; i++) {
            follow();
        }
        readTo(first, "0"); // the last chunk
        await(() -> visitor.control.followers.size() == 8);
        assertThat(visitor.get("/metrics").body()).contains("fern_http_log_followers 8.0");
    }

    @Test
    void aSlowFollowerLosesLinesAndIsToldHowMany() throws Exception {
        var reader = follow();
        await(() -> !visitor.control.followers.isEmpty());
        var follower = visitor.control.followers.getFirst();
        var long1 = "x".repeat(100_000);
        for (int i = 0; i < 2000; i++) {
            follower.accept(long1);
        }
        for (var line = reader.readLine(); ; line = reader.readLine()) {
            if (line.startsWith("... ")) {
                assertThat(line).matches("\\.\\.\\. \\d+ lines were lost, they came faster than they were read");
                return;
            }
        }
    }

    @Test
    void closingTheDoorEndsFollowers() throws Exception {
        var reader = follow();
        await(() -> !visitor.control.followers.isEmpty());
        visitor.door.close();
        while (reader.readLine() != null) {
            // until the server ends it
        }
        await(() -> visitor.control.followers.isEmpty());
    }
}
