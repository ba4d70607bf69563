package dev.fern.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.SinkException;
import dev.fern.SinkException.Kind;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Targets of the type `cloud`, against a server that answers as an Fn server has been seen to.
class CloudTest {
    @TempDir
    Path folder;

    private final OtherSide server = new OtherSide();
    private volatile String id = "01FN";
    private volatile OtherSide.Answer invoke = OtherSide.status(200, "Fn-Call-Id", "1");
    private CloudAdapter cloud = new CloudAdapter(null, new FakeTime(), new Metrics());

    CloudTest() throws IOException {}

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("token"), "t0ken\n");
        cloud = adapter(Duration.ofSeconds(60));
        server.answer(exchange -> {
            var path = exchange.getRequestURI().toString();
            if (path.startsWith("/invoke/")) {
                if (path.equals("/invoke/" + id)) {
                    invoke.to(exchange);
                } else {
                    OtherSide.status(404).to(exchange);
                }
                return;
            }
            var items = path.startsWith("/v2/apps?name=shop&")
                    ? "{\"id\":\"01APP\",\"name\":\"shop\"}"
                    : path.startsWith("/v2/fns?app_id=01APP&name=audit&")
                            ? "{\"id\":\"" + id + "\",\"name\":\"audit\",\"app_id\":\"01APP\"}"
                            : "";
            var body = ("{\"items\":[" + items + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
    }

    private CloudAdapter adapter(Duration whole) {
        return new CloudAdapter(
                new Settings.Cloud(
                        URI.create("http://" + server.address()),
                        List.of("*"),
                        Duration.ofMinutes(5),
                        folder.resolve("token")),
                new FakeTime(),
                new Metrics(),
                whole);
    }

    @AfterEach
    void end() {
        cloud.close();
        server.close();
    }

    private static Event event(String text) {
        return Event.of(
                "/fern/test/fn/a/f",
                Event.FN_RESULT,
                "bay",
                Instant.parse("2026-11-23T12:00:00Z"),
                "application/json",
                Headers.NONE,
                Payload.of(text));
    }

    private CompletableFuture<Void> send(String name) {
        return cloud.send(event("{}"), Examples.target("a/f", "up", "cloud:" + name))
                .toCompletableFuture();
    }

    private void succeed(String name) throws Exception {
        send(name).get(60, TimeUnit.SECONDS);
    }

    private @Nullable SinkException fail(String name) throws Exception {
        try {
            succeed(name);
        } catch (ExecutionException e) {
            return e.getCause() instanceof SinkException fault ? fault : null;
        }
        return null;
    }

    private List<String> paths() {
        return server.got.stream()
                .map(got -> got.path().replaceAll("&?per_page=\\d+", ""))
                .collect(Collectors.toList());
    }

    @Test
    void it_is_found_by_its_name_once_and_called_with_the_token_and_the_event() throws Exception {
        succeed("shop/audit");
        succeed("shop/audit");

        assertThat(paths())
                .containsExactly(
                        "/v2/apps?name=shop", "/v2/fns?app_id=01APP&name=audit", "/invoke/01FN", "/invoke/01FN");
        assertThat(server.got)
                .allSatisfy(got -> assertThat(got.header("Authorization")).isEqualTo("Bearer t0ken"));
        var got = server.got.getLast();
        assertThat(got.method()).isEqualTo("POST");
        assertThat(got.body()).isEqualTo("{}");
        assertThat(got.header("Content-Type")).isEqualTo("application/json");
        assertThat(got.header("Ce-Id")).hasSize(26);
        assertThat(got.header("Ce-Type")).isEqualTo("dev.fern.fn.result");
        assertThat(got.header("Ce-Source")).isEqualTo("/fern/test/fn/a/f");
        assertThat(got.header("Ce-Subject")).isEqualTo("bay");
        assertThat(got.headers()).doesNotContainKey("Fn-invoke-type");
    }

    @Test
    void a_function_that_was_made_anew_is_found_by_its_new_id_at_once() throws Exception {
        succeed("shop/audit");
        id = "02FN";
        succeed("shop/audit");
        assertThat(paths().subList(2, paths().size()))
                .containsExactly(
                        "/invoke/01FN",
                        "/invoke/01FN",
                        "/v2/apps?name=shop",
                        "/v2/fns?app_id=01APP&name=audit",
                        "/invoke/02FN");
    }

    @ParameterizedTest
    @CsvSource({
        "none/audit, AWAY, has no app none",
        "shop/none, AWAY, has no function shop/none",
    })
    void a_function_that_is_not_there_yet_is_waited_for(String name, Kind kind, String why) throws Exception {
        var fault = fail(name);
        assertThat(fault).isNotNull();
        assertThat(fault.kind()).isEqualTo(kind);
        assertThat(fault).hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({
        "200, true, ",
        "202, true, ",
        "502, true, REFUSED", // the function failed
        "504, true, REFUSED",
        "502, false, AWAY", // a gateway says so
        "504, false, AWAY",
        "503, true, AWAY",
        "503, false, AWAY",
        "500, false, AWAY",
        "401, false, AWAY",
        "403, false, AWAY",
        "408, false, AWAY",
        "429, false, AWAY",
        "400, true, NEVER",
        "413, false, NEVER",
        "405, false, NEVER",
    })
    void what_an_answer_means(int status, boolean ofACall, @Nullable Kind kind) throws Exception {
        invoke = ofACall
                ? OtherSide.status(status, "Fn-Call-Id", "01", "Retry-After", "7")
                : OtherSide.status(status, "Retry-After", "7");
        var fault = fail("shop/audit");
        assertThat(fault == null ? null : fault.kind()).isEqualTo(kind);
        if (fault != null && kind != Kind.NEVER && status != 401 && status != 403) {
            assertThat(fault.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @Test
    void silence_is_taken_for_away() throws Exception {
        cloud.close();
        cloud = adapter(Duration.ofSeconds(1));
        var gate = new CountDownLatch(1);
        invoke = _ -> gate.await();
        var fault = fail("shop/audit");
        gate.countDown();
        assertThat(fault).isNotNull();
        assertThat(fault.kind()).isEqualTo(Kind.AWAY);
    }

    @Test
    void no_server_is_away() throws Exception {
        server.close();
        var fault = fail("shop/audit");
        assertThat(fault).isNotNull();
        assertThat(fault.kind()).isEqualTo(Kind.AWAY);
    }

    @Test
    void the_token_does_not_go_where_a_server_sends_on_to() throws Exception {
        try (var other = new OtherSide()) {
            invoke = OtherSide.status(307, "Location", "http://" + other.address() + "/x");
            succeed("shop/audit");
            assertThat(other.got).hasSize(1);
            assertThat(other.got.getFirst().body()).isEqualTo("{}");
            assertThat(other.got.getFirst().headers()).doesNotContainKey("Authorization");
        }
    }

    @Test
    void a_token_that_cannot_be_read_makes_it_wait_and_says_what_to_do() throws Exception {
        Files.delete(folder.resolve("token"));
        var fault = fail("shop/audit");
        assertThat(fault).isNotNull();
        assertThat(fault.kind()).isEqualTo(Kind.AWAY);
        assertThat(fault).hasMessageContaining("cloud.token-file");
    }

    @Test
    void without_a_cloud_in_fern_yaml_such_a_target_is_refused_with_what_to_do() {
        var none = new CloudAdapter(null, new FakeTime(), new Metrics());
        assertThatThrownBy(() -> none.check(Examples.fn("a/f", "to/up", "cloud:shop/audit"), List.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("this device follows no Fn server")
                .hasMessageContaining("set cloud.url in fern.yaml, or remove fern/to/up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cloud:audit", "cloud:a/{1}", "cloud:a/b?loop=allow", "cloud:a/b?format=cloudevent"})
    void what_makes_no_sense_is_refused(String binding) {
        assertThatThrownBy(() -> cloud.check(Examples.fn("a/f", "to/up", binding), List.of()))
                .isInstanceOf(InvalidDefinitionException.class);
    }
}
