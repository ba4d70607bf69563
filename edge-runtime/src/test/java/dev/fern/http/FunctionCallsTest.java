package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Problem;
import dev.fern.Result;
import dev.fern.Status;
import dev.fern.kit.Examples;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `/invoke` and `/t`, as evidence of a real Fn server has them.
class FunctionCallsTest {
    private static final String INVOKE = "/invoke/id-echo";

    @TempDir
    Path folder;

    private Visitor visitor;

    @BeforeEach
    void open() {
        visitor = new Visitor(folder);
        visitor.bind(Examples.fn("papp/echo", "on/echo", "http:/echo", "on/root", "http:/"));
    }

    @AfterEach
    void close() {
        visitor.close();
    }

    private static Result success(Map<String, List<String>> headers, String body) {
        return new Result.Success(new Answer(Headers.of(headers), Payload.of(body)));
    }

    private HttpResponse<String> invoke() throws Exception {
        return visitor.ask("POST", INVOKE, "hello");
    }

    private static void isError(HttpResponse<String> answer, int status, String message) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo("{\"message\":\"" + message + "\"}");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
    }

    @Test
    void anInvokedFunctionGetsTheRequestAsItCame() throws Exception {
        visitor.send(visitor.to(INVOKE)
                .header("Content-Type", "text/plain")
                .header("Fn-Intent", "foo")
                .header("x-mine", "1")
                .header("X-Mine", "2")
                .header("Content-Encoding", "gzip")
                .header("TE", "trailers")
                .POST(BodyPublishers.ofString("hello")));
        var call = visitor.intake.next();
        var event = call.event();
        assertThat(call.trigger().type()).isEqualTo("invoke");
        assertThat(event.type()).isEqualTo(Event.HTTP_REQUEST);
        assertThat(event.source()).isEqualTo("/fern/test/http/invoke");
        assertThat(event.dataContentType()).isEqualTo("text/plain");
        assertThat(event.data().text()).isEqualTo("hello");
        assertThat(event.time()).isEqualTo(visitor.time.now());
        var headers = event.headers();
        assertThat(headers.first("Fn-Intent")).isEqualTo("foo");
        assertThat(headers.all("X-Mine")).containsExactly("1", "2");
        assertThat(headers.first("Content-Encoding")).isEqualTo("gzip");
        assertThat(headers.asMap().keySet())
                .contains("User-Agent", "Content-Type")
                .doesNotContain("Host", "TE", "Connection", "Content-Length", "Http2-Settings", "Upgrade");
    }

    @Test
    void theCallerGetsAllHeadersAndTheIdOfTheCall() throws Exception {
        visitor.intake.answer(success(
                Map.of(
                        "Content-Type", List.of("application/json"),
                        "Fn-Http-Status", List.of("201"),
                        "Fn-Http-H-X-Custom", List.of("hv"),
                        "My-Header", List.of("one", "two"),
                        "Fn-Call-Id", List.of("forged"),
                        "Connection", List.of("close"),
                        "Content-Length", List.of("99")),
                "{}"));
        var answer = invoke();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{}");
        var headers = answer.headers().map();
        assertThat(headers)
                .containsEntry("Content-Type", List.of("application/json"))
                .containsEntry("Fn-Http-Status", List.of("201"))
                .containsEntry("Fn-Http-H-X-Custom", List.of("hv"))
                .containsEntry("Content-Length", List.of("2"))
                .containsEntry(
                        "Fn-Call-Id", List.of(visitor.intake.next().event().id()))
                .doesNotContainKey("Connection");
        assertThat(answer.headers().allValues("My-Header")).containsExactly("one", "two");
    }

    @Test
    void anEmptyAnswerIsAnAnswer() throws Exception {
        visitor.intake.answer(success(Map.of(), ""));
        var answer = invoke();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).hasValue("0");
    }

    @Test
    void aFunctionThatFailsIsABadGateway() throws Exception {
        visitor.intake.answer(new Result.FunctionError("secret details"));
        var answer = invoke();
        isError(answer, 502, "function failed");
        assertThat(answer.headers().firstValue("Fn-Call-Id"))
                .hasValue(visitor.intake.next().event().id());
    }

    @Test
    void aFunctionThatDoesNotEndIsAGatewayTimeout() throws Exception {
        visitor.intake.answer(new Result.TimedOut(Duration.ofSeconds(5)));
        isError(invoke(), 504, "Timed out");
    }

    @Test
    void aFunctionThatCannotRunNowSaysWhyAndWhen() throws Exception {
        visitor.intake.answer(new Result.Unavailable("echo is quarantined", Duration.ofMillis(1500)));
        var answer = invoke();
        isError(answer, 503, "echo is quarantined");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
        visitor.intake.answer(new Result.Unavailable("no room", Duration.ZERO));
        assertThat(invoke().headers().firstValue("Retry-After")).hasValue("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad\r\nSet-Cookie: x=1", "bad\nx", "bad\0"})
    void anAnswerThatWouldForgeHeadersIsRefusedWhole(String value) throws Exception {
        visitor.intake.answer(success(Map.of("A", List.of("1"), "X-Bad", List.of(value)), "x"));
        var answer = invoke();
        isError(answer, 502, "invalid function response");
        assertThat(answer.headers().map()).doesNotContainKeys("A", "X-Bad", "Set-Cookie");
    }

    private HttpResponse<String> detached() throws Exception {
        return visitor.send(
                visitor.to(INVOKE).header("Fn-Invoke-Type", "detached").POST(BodyPublishers.ofString("later")));
    }

    @Test
    void aDetachedCallIsAnsweredWhenItIsKept() throws Exception {
        visitor.intake.doneAtOnce(false);
        var answer = CompletableFuture.supplyAsync(() -> {
            try {
                return detached();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        var call = visitor.intake.next();
        assertThat(call.event().data().text()).isEqualTo("later");
        assertThat(answer).isNotDone();
        call.done().complete(null);
        assertThat(answer.get().statusCode()).isEqualTo(202);
        assertThat(answer.get().body()).isEmpty();
        assertThat(answer.get().headers().firstValue("Fn-Call-Id"))
                .hasValue(call.event().id());
    }

    @Test
    void aDetachedCallThatFindsNoRoomMayComeAgain() throws Exception {
        visitor.intake.full(true);
        var answer = detached();
        isError(answer, 503, "full");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    }

    @Test
    void anHttpTriggerGivesTheWholeRequestToTheFunction() throws Exception {
        visitor.send(visitor.to("/t/papp/echo?q=1&q=%202")
                .header("x-mine", "1")
                .header("Accept", "*/*")
                .header("Content-Type", "text/plain")
                .header("Fn-Intent", "forged")
                .method("PATCH", BodyPublishers.ofString("hi")));
        var event = visitor.intake.next().event();
        var headers = event.headers();
        assertThat(headers.first("Fn-Intent")).isEqualTo("httprequest");
        assertThat(headers.first("Fn-Http-Method")).isEqualTo("PATCH");
        assertThat(headers.first("Fn-Http-Request-Url")).isEqualTo(visitor.base() + "/t/papp/echo?q=1&q=%202");
        assertThat(headers.first("Fn-Http-H-X-Mine")).isEqualTo("1");
        assertThat(headers.first("Fn-Http-H-Accept")).isEqualTo("*/*");
        assertThat(headers.first("Fn-Http-H-Content-Length")).isEqualTo("2");
        assertThat(headers.first("Fn-Http-H-Fn-Intent")).isEqualTo("forged");
        assertThat(headers.first("Content-Type")).isEqualTo("text/plain");
        assertThat(headers.asMap().keySet())
                .allMatch(name -> name.startsWith("Fn-") || name.equals("Content-Type"))
                .doesNotContain("Fn-Http-H-Host", "Fn-Http-H-Content-Type", "Fn-Http-H-Connection");
        assertThat(event.data().text()).isEqualTo("hi");
    }

    @Test
    void anHttpTriggerAnswersOnlyWhatTheFunctionMeantForHttp() throws Exception {
        visitor.intake.answer(success(
                Map.of(
                        "Content-Type", List.of("application/json"),
                        "Fn-Http-Status", List.of("201"),
                        "Fn-Http-H-X-Custom", List.of("hv"),
                        "Fn-Http-H-", List.of("nothing"),
                        "Fn-Fdk-Version", List.of("fdk"),
                        "My-Header", List.of("mv")),
                "{}"));
        var answer = visitor.get("/t/papp/echo");
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("{}");
        assertThat(answer.headers().map().keySet())
                .containsExactly("content-length", "content-type", "date", "fn-call-id", "x-custom");
    }

    @Test
    void aHeadRequestGetsNoBody() throws Exception {
        visitor.intake.answer(success(Map.of(), "four"));
        var answer = visitor.raw("HEAD /t/papp/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("Content-Length: 4\r\n")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"204", "304"})
    void aStatusWithoutABodyHasNone(String status) throws Exception {
        visitor.intake.answer(success(Map.of("Fn-Http-Status", List.of(status)), "none of this"));
        var answer = visitor.get("/t/papp/echo");
        assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(status));
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"99", "100", "600", "-1"})
    void aStatusThatIsNoneIsAnInvalidAnswer(String status) throws Exception {
        visitor.intake.answer(success(Map.of("Fn-Http-Status", List.of(status)), "x"));
        isError(visitor.get("/t/papp/echo"), 502, "invalid function response");
    }

    @Test
    void aFailureWinsOverTheFunctionsStatus() throws Exception {
        visitor.intake.answer(new Result.FunctionError("boom"));
        isError(visitor.get("/t/papp/echo"), 502, "function failed");
    }

    @Test
    void theSourceMatchesExactlyAndIsASlashIfAbsent() throws Exception {
        for (var target : List.of("/t/papp", "/t/papp/", "/t/papp?x=1")) {
            assertThat(visitor.get(target).statusCode()).as(target).isEqualTo(200);
            assertThat(visitor.intake.next().trigger().name()).isEqualTo("root");
        }
        isError(visitor.get("/t/papp/echo/more"), 404, "Trigger not found");
        isError(visitor.get("/t/papp/ech"), 404, "Trigger not found");
    }

    @Test
    void aFunctionThatIsDefinedButCannotRunSaysWhy() throws Exception {
        visitor.control.functions.add(new Status.Function(
                FnName.parse("papp/broken"),
                "id-broken",
                "r/broken:1",
                null,
                Status.Versions.of("r/broken:1"),
                null,
                Status.State.FAILED,
                new Problem("the registry has no image broken:1", "push it"),
                List.of(),
                List.of(),
                Status.Calls.NONE));
        var answer = visitor.ask("POST", "/invoke/id-broken", "");
        isError(answer, 503, "papp/broken does not run here: the registry has no image broken:1; push it");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("10");
    }

    @Test
    void newDefinitionsTakeTheOldOnesPlaceAtOnce() throws Exception {
        visitor.bind(Examples.fn("papp/other", "on/x", "http:/other"));
        isError(invoke(), 404, "Fn not found");
        isError(visitor.get("/t/papp/echo"), 404, "Trigger not found");
        assertThat(visitor.get("/t/papp/other").statusCode()).isEqualTo(200);
        assertThat(visitor.ask("POST", "/invoke/id-other", "").statusCode()).isEqualTo(200);
    }
}
