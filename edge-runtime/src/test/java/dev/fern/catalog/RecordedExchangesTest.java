package dev.fern.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.kit.FakeTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every exchange that was recorded with a real Fn server 0.3.753 gets the same status and the same text from us.
class RecordedExchangesTest {
    /// Bodies are cut here in fn-api-probe.log.
    private static final int CUT = 600;

    /// Where we differ on purpose: the request's beginning, our status and answer.
    private record Difference(String request, int status, String answer, String reason) {}

    private static final List<Difference> DIFFERENCES = List.of(
            new Difference(
                    "GET /v2/triggers ",
                    400,
                    "{\"message\":\"Missing App ID on Trigger\"}",
                    "the server writes the error twice"),
            new Difference(
                    "PUT /v2/fns/01M84WPMFTR00040J6M4000002 {\"id\":\"zzz\"",
                    400,
                    "{\"message\":\"Fn ID in path does not match that in body\"}",
                    "the server goes on after the error and writes another one"),
            new Difference(
                    "POST /v2/fns {\"name\":\"t20\"",
                    400,
                    "{\"message\":\"Invalid annotation value, annotation values may only be non-empty strings, numbers,"
                            + " objects, or arrays\"}",
                    "the server fails on an annotation that is null"),
            new Difference(
                    "GET /v2/runner/",
                    404,
                    "{\"message\":\"Path not found: GET /v2/runner/apps/01M84WPMEQR00040J6M4000001/triggerBySource/http/h2\"}",
                    "that path is for Fn's own runner nodes"));

    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final Names names = new Names();
    private Catalog catalog;
    private int compared;
    private int differed;

    @BeforeEach
    void open() {
        catalog = new Catalog(folder.resolve("catalog.db"), time);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private Reply ask(String method, String target, String body) {
        time.advance(Duration.ofMillis(7));
        var exchange = new Exchange(0, method, target, "127.0.0.1:18081", body, 0, "");
        return catalog.handle(
                method, exchange.path(), exchange.query(), body.getBytes(UTF_8), "http://127.0.0.1:18081");
    }

    private void replay(Exchange exchange) {
        time.advance(Duration.ofMillis(7));
        var target = names.ours(exchange.target());
        var asked = new Exchange(0, exchange.method(), target, "", "", 0, "");
        var reply = catalog.handle(
                exchange.method(),
                asked.path(),
                asked.query(),
                names.ours(exchange.body()).getBytes(UTF_8),
                "http://" + exchange.host());
        var difference = difference(exchange);
        var answer = difference == null ? exchange.answer() : difference.answer;
        var ours = names.recorded(reply.json(), answer);
        assertThat(reply.status())
                .as("%s (%s) gave %s", exchange, difference == null ? "recorded" : difference.reason, reply)
                .isEqualTo(difference == null ? exchange.status() : difference.status);
        assertThat(answer.length() == CUT ? ours.substring(0, CUT) : ours)
                .as("%s", exchange)
                .isEqualTo(answer);
        compared++;
        differed += difference == null ? 0 : 1;
    }

    private static @Nullable Difference difference(Exchange exchange) {
        var request = exchange.method() + " " + exchange.target() + " " + exchange.body();
        return DIFFERENCES.stream()
                .filter(difference -> request.startsWith(difference.request))
                .findFirst()
                .orElse(null);
    }

    /// What the recording had made before it began.
    private void makeWhatWasThere() {
        make("apps", "01M84WPMEQR00040J6M4000001", "{'name':'myapp','config':{'A':'1'}}");
        make(
                "fns",
                "01M84WPMFTR00040J6M4000002",
                "{'name':'hello','app_id':'01M84WPMEQR00040J6M4000001','image':'127.0.0.1:15000/acme/hello:0.0.1',"
                        + "'config':{'GREETING':'hi'},'annotations':{'mqtt':{'qos':1,'topic':'sensors/+/t'}}}");
        make(
                "triggers",
                "01M84WPMKFR00040J6M4000003",
                "{'name':'hellotrg','app_id':'01M84WPMEQR00040J6M4000001','fn_id':'01M84WPMFTR00040J6M4000002',"
                        + "'type':'http','source':'/hello'}");
    }

    private void make(String kind, String recordedId, String json) {
        var reply = ask("POST", "/v2/" + kind, names.ours(json.replace('\'', '"')));
        assertThat(reply.status()).isEqualTo(200);
        names.same(recordedId, idIn(reply));
    }

    private static String idIn(Reply reply) {
        return reply.json().substring(7, 33);
    }

    @Test
    void theProbeOfTheApiGetsTheSameAnswers() {
        makeWhatWasThere();
        for (var exchange : Exchange.probe()) {
            if (exchange.body().startsWith("{\"name\":\"bigcfg\"")) {
                replay(exchange);
                aConfigurationOf5MegabytesIsTaken();
            } else if (exchange.method().equals("DELETE") && exchange.status() == 204) {
                listsAndHeadersAreTheSame();
                replay(exchange);
            } else {
                replay(exchange);
            }
        }
        assertThat(compared).isEqualTo(79);
        assertThat(differed).isEqualTo(DIFFERENCES.size());
    }

    /// `5MB config -> 200 5000354`
    private void aConfigurationOf5MegabytesIsTaken() {
        var app = names.ours("01M84WPMEQR00040J6M4000001");
        var config = "c".repeat(5_000_000);
        var reply = ask(
                "POST",
                "/v2/fns",
                "{\"name\":\"hugecfg\",\"app_id\":\"" + app + "\",\"image\":\"a/b\",\"config\":{\"C\":\"" + config
                        + "\"}}");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json()).hasSize(5_000_354);
    }

    /// The three summaries in square brackets, and the part headed "conditional".
    private void listsAndHeadersAreTheSame() {
        var app = names.ours("01M84WPMEQR00040J6M4000001");
        var fn = names.ours("01M84WPMFTR00040J6M4000002");
        for (var target : List.of("/v2/fns?per_page=1000&app_id=" + app, "/v2/fns?app_id=" + app)) {
            var list = ask("GET", target, "").json();
            assertThat(list).startsWith("{\"items\":[");
            assertThat(list.split("\"name\":\"")).hasSize(1 + 18);
            var expected = List.of(
                    "a100 bigcfg bigok hello hugecfg k128 min t1 t11 t12 t14 t15 t16 t17 t21 t22 t4 t8".split(" "));
            assertThat(Pattern.compile("\"name\":\"([^\"]*)\"")
                            .matcher(list)
                            .results()
                            .map(match -> match.group(1))
                            .toList())
                    .as("%s", target)
                    .isEqualTo(expected);
        }
        assertThat(ask("GET", "/v2/fns", "")).isEqualTo(new Reply(200, "{\"items\":[]}"));
        assertThat(ask("HEAD", "/v2/fns/" + fn, "").status()).isEqualTo(405);
        var recorded = Exchange.lines("fn-api-probe.log").stream()
                .filter(line -> line.startsWith("   {\"id\""))
                .map(line -> line.substring(3, line.indexOf("HTTP/1.1")))
                .findFirst()
                .orElseThrow();
        var reply = ask("GET", "/v2/fns/" + fn, "");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(names.recorded(reply.json(), recorded)).isEqualTo(recorded);
    }

    @Test
    void aSessionOfTheFnCommandGetsTheSameAnswers() {
        Exchange.session().forEach(this::replay);
        assertThat(compared).isEqualTo(34);
        assertThat(differed).isZero();
    }
}
