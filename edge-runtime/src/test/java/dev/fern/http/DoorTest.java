package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.CallInfo;
import dev.fern.Definition;
import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.kit.Examples;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoorTest {
    @TempDir
    Path folder;

    private Visitor visitor;

    @BeforeEach
    void open() {
        visitor = new Visitor(folder);
    }

    @AfterEach
    void close() {
        visitor.close();
    }

    private static void isJson(HttpResponse<String> answer, int status, String json) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(json);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
    }

    @Test
    void aClientOfAnFnServerIsGreetedAsThereAndABrowserGetsAPage() throws Exception {
        isJson(visitor.get("/"), 200, "{\"goto\":\"https://github.com/fnproject/fn\",\"hello\":\"world!\"}");
        isJson(visitor.get("/version"), 200, "{\"version\":\"0.3.753-fern-0.1.0\"}");
        var page = visitor.send(visitor.to("/").header("Accept", "text/html,*/*"));
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body()).contains("/fern/status");
    }

    @Test
    void itLivesAtOnceAndIsReadyWhenTheDaemonIs() throws Exception {
        visitor.control.ready = false;
        assertThat(visitor.get("/health/live").statusCode()).isEqualTo(200);
        isJson(visitor.get("/health/ready"), 503, "{\"status\":\"definitions are still being applied\"}");
        visitor.control.ready = true;
        isJson(visitor.get("/health/ready"), 200, "{\"status\":\"ready\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /nope,           404, Path not found: GET /nope",
        "GET,    /fern/nope,      404, Path not found: GET /fern/nope",
        "GET,    /v2/nope,        404, Path not found: GET /v2/nope",
        "GET,    /invoke,         404, Path not found: GET /invoke",
        "GET,    /invoke/x,       405, Method not allowed: GET /invoke/x",
        "POST,   /version,        405, Method not allowed: POST /version",
        "POST,   /metrics,        405, Method not allowed: POST /metrics",
        "DELETE, /v2/apps,        405, Method not allowed: DELETE /v2/apps",
        "POST,   /fern/status,    405, Method not allowed: POST /fern/status",
        "GET,    /fern/sync,      405, Method not allowed: GET /fern/sync",
        "GET,    /fern/retry/x,   405, Method not allowed: GET /fern/retry/x",
        "GET,    /events,         405, Method not allowed: GET /events",
        "POST,   /events/x,       404, Path not found: POST /events/x",
        "POST,   /invoke/x,       404, Fn not found",
        "GET,    /t/nope/x,       404, App not found",
        "GET,    /t/app/nope,     404, Trigger not found",
        "GET,    /fern/calls?n=x, 400, n=x is no number",
        "POST,   /fern/retry,     400, 'say what: POST /fern/retry/CALL or /fern/retry?fn=APP/NAME'",
    })
    void whatCannotBeDoneIsSaid(String method, String target, int status, String message) throws Exception {
        visitor.bind(Examples.fn("app/fn"));
        isJson(visitor.ask(method, target, ""), status, "{\"message\":\"" + message + "\"}");
    }

    @Test
    void theApiOfFnWorksThroughItAndNamesItAsItWasCalled() throws Exception {
        var app = visitor.ask("POST", "/v2/apps", "{\"name\":\"a\"}").body().substring(7, 33);
        var fn = visitor.ask("POST", "/v2/fns", "{\"name\":\"f\",\"app_id\":\"" + app + "\",\"image\":\"i\"}");
        var id = fn.body().substring(7, 33);
        assertThat(fn.statusCode()).isEqualTo(200);
        assertThat(fn.body()).contains("\"" + visitor.base() + "/invoke/" + id + "\"");
        assertThat(visitor.get("/v2/fns?app_id=" + app + "&name=f").body()).contains(id);
        var gone = visitor.ask("DELETE", "/v2/fns/" + id, "");
        assertThat(gone.statusCode()).isEqualTo(204);
        assertThat(gone.body()).isEmpty();
    }

    @Test
    void definitionsFromTheCloudAreShownButNotChanged() throws Exception {
        var settings = Examples.settings(null, folder.resolve("second"));
        var cloud = new Settings.Cloud(URI.create("https://fn.example.com"), List.of("*"), Duration.ofMinutes(5), null);
        var following = new Settings(
                settings.device(),
                cloud,
                null,
                settings.registry(),
                null,
                Map.of(),
                settings.http(),
                Map.of(),
                Map.of(),
                Map.of(),
                settings.secrets(),
                settings.limits(),
                settings.data());
        var definition = new Definition(
                FnName.parse("greenhouse/too-hot"),
                "FN",
                "{\"app\":{\"id\":\"APP\",\"name\":\"greenhouse\"},\"fn\":{\"id\":\"FN\",\"name\":\"too-hot\","
                        + "\"app_id\":\"APP\",\"image\":\"i\"},\"triggers\":[]}");
        try (var second = new Visitor(following, List.of(definition))) {
            assertThat(second.get("/v2/apps").body()).contains("greenhouse");
            isJson(
                    second.ask("DELETE", "/v2/fns/FN", ""),
                    409,
                    "{\"message\":\"too-hot is defined by the Fn server https://fn.example.com and is read only here:"
                            + " change it there\"}");
        }
    }

    @Test
    void metricsAreInTheFormatOfPrometheus() throws Exception {
        visitor.metrics.counter("fern_calls_total", "fn", "a/f", "end", "ok").add(3);
        visitor.metrics.gauge(() -> 7, "fern_queue_calls");
        visitor.get("/version");
        var answer = visitor.get("/metrics");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body().lines())
                .contains(
                        "# TYPE fern_calls_total counter",
                        "fern_calls_total{end=\"ok\",fn=\"a/f\"} 3.0",
                        "fern_queue_calls 7.0",
                        "fern_http_requests_total{status=\"2xx\"} 1.0")
                .anyMatch(line -> line.matches("jvm_memory_used_bytes\\{area=\"heap\"} [0-9.E]+"))
                .anyMatch(line -> line.matches("process_start_time_seconds [0-9.E]+"))
                .anyMatch(line -> line.matches("process_threads [0-9.E]+"));
    }

    @Test
    void theStatusIsTheDaemons() throws Exception {
        isJson(visitor.get("/fern/status"), 200, "{\"device\":\"test\"}");
    }

    private static CallInfo call(@Nullable String reason, Payload body) {
        var event = Event.of(
                "/fern/test/mqtt/t", Event.MQTT_MESSAGE, "a/b", Instant.EPOCH, "text/plain", Headers.NONE, body);
        return new CallInfo("C1", FnName.parse("a/f"), "t", "dead", 3, Instant.EPOCH, reason, event);
    }

    @Test
    void callsAreListedWithTheirBodies() throws Exception {
        visitor.control.calls.add(call(null, Payload.of("grün")));
        visitor.control.dead.add(call("it threw", Payload.of(new byte[] {(byte) 0xff, 0})));
        var start = "[{\"id\":\"C1\",\"app\":\"a\",\"fn\":\"f\",\"trigger\":\"t\",\"state\":\"dead\",\"attempt\":3,"
                + "\"accepted_at\":\"1970-01-01T00:00:00Z\",";
        var middle = "\"content_type\":\"text/plain\",\"subject\":\"a/b\",";
        isJson(visitor.get("/fern/calls"), 200, start + "\"reason\":null," + middle + "\"size\":5,\"body\":\"grün\"}]");
        isJson(
                visitor.get("/fern/dead?n=5"),
                200,
                start + "\"reason\":\"it threw\"," + middle + "\"size\":2,\"body\":{\"base64\":\"/wA=\"}}]");
        visitor.get("/fern/dead?n=99999");
        assertThat(visitor.control.asked).containsExactly("calls 100", "dead 5", "dead 1000");
    }

    @Test
    void aLongBodyIsShownInPart() throws Exception {
        visitor.control.calls.add(call(null, Payload.of("x" + "ü".repeat(5000))));
        var list = visitor.get("/fern/calls").body();
        assertThat(list).contains("\"size\":10001,\"body\":\"x" + "ü".repeat(2047) + "\"");
    }

    @Test
    void aDeadCallOrAFunctionIsRetried() throws Exception {
        isJson(visitor.ask("POST", "/fern/retry/C1", ""), 200, "{\"retried\":\"C1\"}");
        isJson(visitor.ask("POST", "/fern/retry?fn=a/f", ""), 200, "{\"retried\":\"a/f\"}");
        isJson(
                visitor.ask("POST", "/fern/retry/unknown", ""),
                404,
                "{\"message\":\"there is no dead call and no quarantined function unknown\"}");
        assertThat(visitor.control.asked).containsExactly("retry C1", "retry a/f", "retry unknown");
    }

    @Test
    void anEventIsMadeByHand() throws Exception {
        var emit = "/fern/emit";
        assertThat(visitor.ask("POST", emit, "{\"type\":\"mqtt\",\"address\":\"a/b\",\"body\":\"21\"}")
                        .statusCode())
                .isEqualTo(204);
        visitor.ask("POST", emit, "{\"type\":\"mqtt\",\"address\":\"a/b\",\"body\":{\"base64\":\"aGk=\"}}");
        visitor.ask("POST", emit, "{\"type\":\"gpio\",\"address\":\"17\",\"body\":\"rising\"}");
        assertThat(visitor.control.asked)
                .containsExactly("emit mqtt a/b 21", "emit mqtt a/b hi", "emit gpio 17 rising");
        isJson(
                visitor.ask("POST", emit, "{\"type\":\"pwm\",\"address\":\"1\"}"),
                400,
                "{\"message\":\"there is no adapter pwm; use mqtt or gpio\"}");
        for (var body : List.of("{", "[]", "", "{\"x\":" + "[".repeat(200_000))) {
            isJson(visitor.ask("POST", emit, body), 400, "{\"message\":\"Invalid JSON\"}");
        }
        isJson(
                visitor.ask("POST", emit, "{\"type\":\"mqtt\"}"),
                400,
                "{\"message\":\"an event needs a type and an address, such as mqtt and a topic\"}");
    }

    @Test
    void theCloudIsLookedAtNow() throws Exception {
        isJson(visitor.ask("POST", "/fern/sync", ""), 202, "{\"message\":\"looking at the cloud now\"}");
        assertThat(visitor.control.asked).containsExactly("sync");
    }

    @Test
    void aTriggerListensOnceTheServerDoes() {
        var trigger = Examples.trigger("a/f", "t", "http:/x");
        assertThat(visitor.door.health(trigger)).isEqualTo(Health.UP);
        assertThat(visitor.door.types()).containsExactlyInAnyOrder("http", "invoke");
        visitor.door.close();
        assertThat(visitor.door.health(trigger)).isInstanceOf(Health.Down.class);
    }

    @Test
    void twoFunctionsOfAnAppCannotShareASource() throws Exception {
        var first = Examples.fn("a/f", "on/t", "http:/x");
        visitor.door.check(first, List.of());
        visitor.door.check(first, List.of(first));
        visitor.door.check(Examples.fn("b/g", "on/t", "http:/x"), List.of(first));
        assertThatThrownBy(() -> visitor.door.check(Examples.fn("a/g", "on/t", "http:/x"), List.of(first)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("the source /x of http trigger t already calls a/f;"
                        + " give each http trigger of an app a source of its own");
        assertThatThrownBy(() -> visitor.door.check(Examples.fn("a/g", "on/t", "http:x"), List.of()))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessage("the source x of http trigger t does not start with /; write it as /x");
    }
}
