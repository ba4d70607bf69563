package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Settings;
import dev.fern.kit.Examples;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may come in.
class GuardTest {
    @TempDir
    Path folder;

    private Visitor behind(String listen, @Nullable String token, String... open) throws IOException {
        Path file = null;
        if (token != null) {
            file = folder.resolve("token");
            Files.writeString(file, token + "\n");
        }
        var http = new Settings.Http(listen, file, null, null, null, List.of(open));
        return new Visitor(Visitor.with(Examples.settings(null, folder), http), List.of());
    }

    private static String raw(Visitor visitor, String path, String headers) throws IOException {
        return visitor.raw("GET " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
    }

    private static HttpResponse<String> with(Visitor visitor, String path, String authorization) throws Exception {
        return visitor.send(visitor.to(path).header("Authorization", authorization));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:0", "[::]:0"})
    void beyondLoopbackItRefusesToStartForEverybody(String listen) {
        assertThatThrownBy(() -> behind(listen, null).close())
                .isInstanceOf(CannotListenException.class)
                .hasMessage("http.listen " + listen + " can be reached from outside, and anybody could run functions"
                        + " there; set http.token-file or http.client-ca-file, or listen on 127.0.0.1");
    }

    @Test
    void beyondLoopbackEveryPathNeedsTheTokenButTheOpenOnes() throws Exception {
        try (var visitor = behind("0.0.0.0:0", "s3cret", "/t/greenhouse/hook")) {
            for (var path : List.of(
                    "/", "/version", "/v2/apps", "/health/ready", "/metrics", "/fern/status", "/t/x/y", "/nope")) {
                var refused = visitor.get(path);
                assertThat(refused.statusCode()).as(path).isEqualTo(401);
                assertThat(refused.body()).isEqualTo("{\"message\":\"Unauthorized\"}");
                assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
                assertThat(with(visitor, path, "Bearer s3cret").statusCode())
                        .as(path)
                        .isNotEqualTo(401);
            }
            assertThat(visitor.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(visitor.get("/t/greenhouse/hook").statusCode()).isEqualTo(404);
            assertThat(visitor.get("/t/greenhouse/hook/more").statusCode()).isEqualTo(404);
            assertThat(visitor.get("/t/greenhouse/hooked").statusCode()).isEqualTo(401);
            assertThat(raw(visitor, "/version", "Host: device.example.com\r\nAuthorization: Bearer s3cret\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Bearer s3cre", "Bearer s3crets", "Bearer", "Bearer ", "s3cret", "Basic s3cret", "Bearer S3CRET"
            })
    void aWrongTokenIsNone(String authorization) throws Exception {
        try (var visitor = behind("127.0.0.1:0", "s3cret")) {
            assertThat(with(visitor, "/version", authorization).statusCode()).isEqualTo(401);
            assertThat(with(visitor, "/version", "bearer  s3cret ").statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/t/greenhouse/hook/../../../fern/status",
                "/t/greenhouse/hook/%2e%2e/%2e%2e/%2e%2e/fern/status",
                "/t/greenhouse/hook/..%2f..%2f..%2ffern/status",
                "//fern/status",
                "/%66ern/status",
                "/./fern/status"
            })
    void noSpellingOfAPathGoesRoundTheToken(String path) throws Exception {
        try (var visitor = behind("0.0.0.0:0", "s3cret", "/t/greenhouse/hook")) {
            var answer = raw(visitor, path, "Host: localhost\r\n");
            assertThat(answer).doesNotStartWith("HTTP/1.1 200").doesNotContain("\"device\"");
        }
    }

    @Test
    void functionsNeverSeeTheDoorsToken() throws Exception {
        try (var visitor = behind("127.0.0.1:0", "s3cret", "/t/a/open")) {
            visitor.bind(Examples.fn("a/f", "on/t", "http:/x", "on/o", "http:/open"));
            visitor.send(visitor.to("/invoke/id-f")
                    .header("Authorization", "Bearer s3cret")
                    .method("POST", java.net.http.HttpRequest.BodyPublishers.noBody()));
            assertThat(visitor.intake.next().event().headers().first("Authorization"))
                    .isNull();
            with(visitor, "/t/a/x", "Bearer s3cret");
            assertThat(visitor.intake.next().event().headers().first("Fn-Http-H-Authorization"))
                    .isNull();
            with(visitor, "/t/a/open", "Bearer theirs");
            assertThat(visitor.intake.next().event().headers().first("Fn-Http-H-Authorization"))
                    .isEqualTo("Bearer theirs");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,        200",
        "LOCALHOST:8080,   200",
        "127.0.0.1,        200",
        "127.0.0.1:1,      200",
        "[::1],            200",
        "[::1]:8080,       200",
        "evil.example.com, 403",
        "localhost.evil,   403",
        "127.0.0.1.nip.io, 403",
        "evil:127,         403",
    })
    void onLoopbackOnlyThisMachinesNamesAreAnswered(String host, int status) throws Exception {
        try (var visitor = behind("127.0.0.1:0", null)) {
            assertThat(raw(visitor, "/version", "Host: " + host + "\r\n")).startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void aTokenDoesNotLiftThatAndOpenPathsDoNotEither() throws Exception {
        try (var visitor = behind("127.0.0.1:0", "s3cret", "/t")) {
            var evil = "Host: evil.example.com\r\n";
            assertThat(raw(visitor, "/version", evil + "Authorization: Bearer s3cret\r\n"))
                    .startsWith("HTTP/1.1 403")
                    .contains("{\"message\":\"Forbidden\"}");
            assertThat(raw(visitor, "/t/a/b", evil)).startsWith("HTTP/1.1 403");
            assertThat(raw(visitor, "/health/live", evil)).startsWith("HTTP/1.1 403");
            assertThat(visitor.metrics
                            .counter("fern_http_refused_total", "reason", "host")
                            .sum())
                    .isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080,   200",
        "https://LOCALHOST:8080,  200",
        "http://localhost:3000,   403",
        "http://evil.example.com, 403",
        "null,                    403",
        "'',                      403",
    })
    void onLoopbackOnlyPagesOfItsOwnAreAnswered(String origin, int status) throws Exception {
        try (var visitor = behind("127.0.0.1:0", null)) {
            assertThat(raw(visitor, "/version", "Host: localhost:8080\r\nOrigin: " + origin + "\r\n"))
                    .startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void aTokenFileThatIsMissingOrEmptyStopsTheStart() throws Exception {
        assertThatThrownBy(() -> behind("127.0.0.1:0", "").close())
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("is empty");
        var http = new Settings.Http("127.0.0.1:0", folder.resolve("none"), null, null, null, List.of());
        assertThatThrownBy(() -> new Visitor(Visitor.with(Examples.settings(null, folder), http), List.of()).close())
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "8080", "127.0.0.1:99999", "::1:8080", "127.0.0.1:", ":8080"})
    void anAddressThatIsNoneStopsTheStart(String listen) {
        assertThatThrownBy(() -> behind(listen, null).close())
                .isInstanceOf(CannotListenException.class)
                .hasMessage("http.listen " + listen + " is no HOST:PORT;"
                        + " write one such as 127.0.0.1:8080 or [::1]:8080");
    }

    @Test
    void aPortThatIsTakenStopsTheStart() throws Exception {
        try (var first = behind("127.0.0.1:0", null)) {
            var listen = "127.0.0.1:" + first.door.port();
            assertThatThrownBy(() -> behind(listen, null).close())
                    .isInstanceOfSatisfying(
                            CannotListenException.class,
                            e -> assertThat(e.problem().toString())
                                    .isEqualTo("cannot listen on " + listen
                                            + "; stop the program that has this port, or change"
                                            + " http.listen to an address of this device"));
        }
    }
}
