package dev.fern.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Placeholders;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTest {
    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final OtherSide other = new OtherSide();
    private WebhookAdapter webhook = adapter();

    WebhookTest() throws IOException {}

    @BeforeEach
    void settings() throws IOException {
        Files.createDirectories(folder.resolve("secrets"));
        webhook = adapter();
    }

    private WebhookAdapter adapter() {
        return new WebhookAdapter(
                Examples.settings(null, folder == null ? Path.of("/none") : folder), time, new Metrics());
    }

    @AfterEach
    void end() {
        webhook.close();
        other.close();
    }

    private Target target(String rest) {
        return Examples.target("a/f", "out", "http://" + other.address() + rest);
    }

    private static Event event(String text) {
        return Event.of(
                "/fern/test/fn/a/f",
                Event.FN_RESULT,
                "bay 1/temperature",
                Instant.parse("2026-11-23T12:00:00Z"),
                "application/json",
                Headers.builder().set("Fern-Match-1", "bay 1/ü?").build(),
                Payload.of(text));
    }

    private CompletableFuture<Void> send(String rest, String text) throws SinkException {
        var event = event(text);
        return webhook.send(event, Placeholders.fill(target(rest), event)).toCompletableFuture();
    }

    /// Why it was not taken.
    private static SinkException end(CompletableFuture<Void> sent) throws Exception {
        try {
            sent.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SinkException fault) {
                return fault;
            }
            throw e;
        }
        throw new AssertionError("it was taken");
    }

    @Test
    void an_answer_is_posted_with_its_content_type_and_the_event_as_cloudevents_has_it() throws Exception {
        send("/hook/{1}%3Fa=1", "{\"x\":1}").get(60, TimeUnit.SECONDS);
        var got = other.got.getFirst();
        assertThat(got.method()).isEqualTo("POST");
        assertThat(got.path()).isEqualTo("/hook/bay%201%2F%C3%BC%3F?a=1");
        assertThat(got.body()).isEqualTo("{\"x\":1}");
        assertThat(got.header("Content-Type")).isEqualTo("application/json");
        assertThat(got.header("Ce-Specversion")).isEqualTo("1.0");
        assertThat(got.header("Ce-Id")).hasSize(26);
        assertThat(got.header("Ce-Type")).isEqualTo("dev.fern.fn.result");
        assertThat(got.header("Ce-Source")).isEqualTo("/fern/test/fn/a/f");
        assertThat(got.header("Ce-Subject")).isEqualTo("bay%201/temperature");
        assertThat(got.header("Ce-Time")).isEqualTo("2026-11-23T12:00:00Z");
        assertThat(got.header("User-Agent")).startsWith("Fern/");
        assertThat(got.headers()).doesNotContainKey("Authorization");
    }

    @Test
    void a_cloudevent_keeps_its_extensions_and_what_a_header_cannot_hold_is_encoded() throws Exception {
        var plain = Examples.cloudEvent("/s", "1 ü", "31");
        webhook.send(plain, target("/hook?format=cloudevent"))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        var got = other.got.getFirst();
        assertThat(got.header("Ce-Id")).isEqualTo("1%20%C3%BC");
        assertThat(got.header("Ce-Type")).isEqualTo("com.example.measured");
        assertThat(got.header("Ce-Site")).isEqualTo("tokyo");
        assertThat(got.header("Content-Type")).isEqualTo("text/plain");
        assertThat(got.body()).isEqualTo("31");
    }

    @Test
    void the_method_is_the_one_that_is_given() throws Exception {
        send("/x?method=PUT", "1").get(60, TimeUnit.SECONDS);
        send("/x?method=GET", "1").get(60, TimeUnit.SECONDS);
        assertThat(other.got).extracting(OtherSide.Got::method).containsExactly("PUT", "GET");
        assertThat(other.got).extracting(OtherSide.Got::body).containsExactly("1", "");
    }

    @Test
    void a_secret_is_sent_as_a_header_and_read_anew_each_time() throws Exception {
        for (var secret : List.of("t0ken\n", "Basic abc=", "X-Api-Key: k")) {
            Files.writeString(folder.resolve("secrets/hook"), secret);
            webhook.check(
                    Examples.fn(
                            "a/f", "to/out", target("/x?auth=hook").binding().toString()),
                    List.of());
            send("/x?auth=hook", "1").get(60, TimeUnit.SECONDS);
        }
        assertThat(other.got)
                .extracting(got -> got.header("Authorization"))
                .containsExactly("Bearer t0ken", "Basic abc=", "null");
        assertThat(other.got.getLast().header("X-Api-Key")).isEqualTo("k");
    }

    @Test
    void a_secret_does_not_follow_to_another_origin() throws Exception {
        Files.writeString(folder.resolve("secrets/hook"), "t0ken");
        try (var third = new OtherSide()) {
            other.answer(exchange -> (exchange.getRequestURI().getPath().equals("/a")
                            ? OtherSide.status(307, "Location", "/b")
                            : OtherSide.status(308, "Location", "http://" + third.address() + "/c"))
                    .to(exchange));
            send("/a?auth=hook", "1").get(60, TimeUnit.SECONDS);
            assertThat(other.got).extracting(got -> got.header("Authorization")).containsOnly("Bearer t0ken");
            assertThat(other.got).hasSize(2);
            var got = third.got.getFirst();
            assertThat(got.headers()).doesNotContainKey("Authorization");
            assertThat(got.method() + got.body()).isEqualTo("POST1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 410, 422, 304})
    void what_the_other_side_will_never_take_is_not_tried_again(int status) throws Exception {
        other.answer(OtherSide.status(status));
        var fault = end(send("/x", "1"));
        assertThat(fault.lasting()).isTrue();
        assertThat(fault).hasMessageContaining(other.address() + " answers " + status);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void what_it_may_take_later_is_tried_again_when_it_says(int status) throws Exception {
        other.answer(OtherSide.status(status, "Retry-After", "17"));
        var fault = end(send("/x", "1"));
        assertThat(fault.kind())
                .isEqualTo(status == 429 || status > 501 ? SinkException.Kind.AWAY : SinkException.Kind.REFUSED);
        assertThat(fault.retryAfter()).isEqualTo(Duration.ofSeconds(17));
        other.answer(OtherSide.status(status, "Retry-After", "Mon, 23 Nov 2026 12:01:00 GMT"));
        assertThat(end(send("/x", "1")).retryAfter()).isEqualTo(Duration.ofMinutes(1));
        other.answer(OtherSide.status(status, "Retry-After", "soon"));
        assertThat(end(send("/x", "1")).retryAfter()).isNull();
    }

    @Test
    void redirects_without_end_and_without_an_address_are_failures() throws Exception {
        other.answer(OtherSide.status(302, "Location", "/again"));
        assertThat(end(send("/x", "1"))).hasMessageContaining("more than 5 times");
        assertThat(other.got).hasSize(6);
        other.answer(OtherSide.status(301));
        assertThat(end(send("/x", "1")).lasting()).isTrue();
    }

    @Test
    void a_server_that_is_not_there_is_tried_again() throws Exception {
        int port;
        try (var nobody = new ServerSocket(0)) {
            port = nobody.getLocalPort();
        }
        var fault = end(webhook.send(event("1"), Examples.target("a/f", "out", "http://127.0.0.1:" + port + "/"))
                .toCompletableFuture());
        assertThat(fault.kind()).isEqualTo(SinkException.Kind.AWAY);
        assertThat(fault).hasMessageContaining("127.0.0.1:" + port + " cannot be reached");
    }

    @Test
    void a_server_that_does_not_answer_is_given_up_and_tried_again() throws Exception {
        var never = new CountDownLatch(1);
        other.answer(_ -> never.await());
        try (var poster = new Poster(time, _ -> "", Duration.ofSeconds(5), Duration.ofMillis(200))) {
            assertThatThrownBy(() -> poster.post(event("1"), Destination.of(target("/x"))))
                    .isInstanceOfSatisfying(
                            SinkException.class,
                            fault -> assertThat(fault.kind()).isEqualTo(SinkException.Kind.REFUSED))
                    .hasMessageContaining("no answer from " + other.address());
        }
        never.countDown();
    }

    @Test
    void the_body_of_an_answer_is_not_waited_for_and_not_kept() throws Exception {
        var never = new CountDownLatch(1);
        other.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[100]);
            exchange.getResponseBody().flush();
            never.await();
        });
        send("/slow", "1").get(60, TimeUnit.SECONDS);
        never.countDown();
        other.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                while (true) {
                    exchange.getResponseBody().write(new byte[8192]);
                }
            } catch (IOException e) {
                // whom it was for went away
            }
        });
        send("/endless", "1").get(60, TimeUnit.SECONDS);
        other.answer(OtherSide.status(200));
        send("/after", "1").get(60, TimeUnit.SECONDS);
        assertThat(other.got).hasSize(3);
    }

    @Test
    void it_takes_one_message_of_a_target_at_a_time_so_that_they_stay_in_order() {
        assertThat(webhook.atOnce()).isEqualTo(1);
    }

    @Test
    void of_all_targets_a_few_go_at_once_and_a_stuck_one_holds_up_only_itself() throws Exception {
        var gate = new CountDownLatch(1);
        other.answer(exchange -> {
            gate.await();
            OtherSide.status(204).to(exchange);
        });
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 20; i++) {
            all.add(webhook.send(event("x"), Examples.target("a/f" + i, "out", "http://" + other.address() + "/x"))
                    .toCompletableFuture());
        }
        Await.until("eight are under way", () -> other.got.size() == 8);
        gate.countDown();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        assertThat(other.most).hasValue(8);
        assertThat(other.got).hasSize(20);
    }

    @Test
    void what_waits_when_fern_stops_is_for_another_time() throws Exception {
        var gate = new CountDownLatch(1);
        other.answer(_ -> gate.await());
        var first = send("/x", "1");
        Await.until("it is under way", () -> other.got.size() == 1);
        webhook.close();
        assertThat(end(first).kind()).isEqualTo(SinkException.Kind.AWAY);
        assertThat(end(send("/x", "3"))).hasMessageContaining("stopping");
        gate.countDown();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https:example.com/x",
                "http:///x",
                "https://me:pw@example.com/x",
                "https://example.com/#part",
                "https://example.com:99999/",
                "https://example.com/x?method=BREW",
                "https://example.com/x?auth=none",
                "https://example.com/x?auth=../token"
            })
    void what_makes_no_sense_is_refused_with_what_to_do(String binding) {
        assertThatThrownBy(() -> webhook.check(Examples.fn("a/f", "to/out", binding), List.of()))
                .isInstanceOfSatisfying(InvalidDefinitionException.class, refusal -> {
                    assertThat(refusal.problem().whatToDo()).isNotBlank();
                    assertThat(refusal.getMessage()).doesNotContain("pw@");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/x/{1}/{id}?method=PUT",
                "http://192.168.1.7:8123/api",
                "https://[::1]:8443/x",
                "https://example.com/a b/ü%3Fq={time}&r=1"
            })
    void what_makes_sense_is_accepted(String binding) {
        assertThatCode(() -> webhook.check(Examples.fn("a/f", "to/out", binding), List.of()))
                .doesNotThrowAnyException();
    }
}
