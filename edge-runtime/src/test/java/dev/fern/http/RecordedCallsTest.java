package dev.fern.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Examples;
import io.helidon.json.JsonParser;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a real Fn server 0.3.753 answered to function calls (fn-invoke-trigger-probe.log), against the door with a
/// function that ends in the same way. Left out on purpose: `exit`, `noinit`, `dies`, `missing` (how a container can
/// fail; here that is "function failed"), and `detached` (the server answers 200 with nothing, by a bug; ours is 202).
class RecordedCallsTest {
    /// What curl showed: a status line, headers, an empty line, a body.
    private record Recorded(int status, Map<String, String> headers, String body) {}

    @TempDir
    Path folder;

    private final List<String> log = new ArrayList<>();
    private Visitor visitor;

    @BeforeEach
    void open() throws Exception {
        try (var in = RecordedCallsTest.class.getResourceAsStream("/recorded/fn-invoke-trigger-probe.log")) {
            assertThat(in).isNotNull();
            log.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
        visitor = new Visitor(folder);
        visitor.bind(Examples.fn("papp/echo", "on/echo", "http:/echo"));
    }

    @AfterEach
    void close() {
        visitor.close();
    }

    /// The nth answer under that heading.
    private Recorded recorded(String heading, int nth) {
        int line = log.indexOf("== " + heading);
        assertThat(line).as(heading).isNotNegative();
        for (int i = 0; i <= nth; i++) {
            do {
                line++;
            } while (!log.get(line).startsWith("HTTP/1.1 "));
        }
        int status = Integer.parseInt(log.get(line).substring(9, 12));
        var headers = new TreeMap<String, String>();
        for (line++; line < log.size() && log.get(line).contains(": "); line++) {
            var pair = log.get(line).split(": ", 2);
            headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1]);
        }
        var body = line + 1 < log.size() ? log.get(line + 1) : "";
        return new Recorded(status, headers, body);
    }

    private static Result echo() {
        return new Result.Success(new Answer(
                Headers.of(Map.of(
                        "Content-Type", List.of("application/json"),
                        "Fn-Fdk-Runtime", List.of("node/20.20.2"),
                        "Fn-Fdk-Version", List.of("fdk-node/0.0.76 (njsv=v20.20.2)"),
                        "Fn-Http-H-X-Custom", List.of("hv"),
                        "Fn-Http-Status", List.of("201"),
                        "My-Header", List.of("mv"))),
                Payload.of("{}")));
    }

    private HttpResponse<String> call(String method, String target, Result end) throws Exception {
        visitor.intake.answer(end);
        return visitor.ask(method, target, "");
    }

    private static void sameHeaders(HttpResponse<String> ours, Recorded theirs) {
        assertThat(new TreeSet<>(ours.headers().map().keySet())).isEqualTo(new TreeSet<>(theirs.headers.keySet()));
        for (var name : theirs.headers.keySet()) {
            if (!List.of("content-length", "date", "fn-call-id").contains(name)) {
                assertThat(ours.headers().allValues(name)).as(name).containsExactly(theirs.headers.get(name));
            }
        }
    }

    @Test
    void anInvokedFunctionsAnswerHasTheSameHeaders() throws Exception {
        var theirs = recorded("invoke echo", 0);
        var ours = call("POST", "/invoke/id-echo", echo());
        assertThat(ours.statusCode()).isEqualTo(theirs.status).isEqualTo(200);
        sameHeaders(ours, theirs);
    }

    @Test
    void aTriggersAnswerHasTheSameHeaders() throws Exception {
        for (var method : List.of("GET", "POST")) {
            var theirs = recorded(method.equals("GET") ? "trigger echo GET w/ query" : "trigger echo POST", 0);
            var ours = call(method, "/t/papp/echo", echo());
            assertThat(ours.statusCode()).isEqualTo(theirs.status).isEqualTo(201);
            sameHeaders(ours, theirs);
        }
    }

    @Test
    void failuresHaveTheSameStatusAndText() throws Exception {
        var failed = new Result.FunctionError("boom");
        var late = new Result.TimedOut(Duration.ofSeconds(2));
        same(call("POST", "/invoke/id-echo", failed), recorded("invoke throw", 0));
        same(call("GET", "/t/papp/echo", failed), recorded("trigger throw", 0));
        same(call("POST", "/invoke/id-echo", late), recorded("invoke sleep", 0));
        same(call("POST", "/invoke/nope", failed), recorded("unknown fn", 0));
        same(call("GET", "/t/papp/nope", failed), recorded("unknown trigger", 0));
        same(call("GET", "/t/nope/echo", failed), recorded("unknown trigger", 1));
        assertThat(call("GET", "/invoke/id-echo", failed).statusCode()).isEqualTo(recorded("GET on invoke", 0).status);
    }

    private static void same(HttpResponse<String> ours, Recorded theirs) {
        assertThat(ours.statusCode()).isEqualTo(theirs.status);
        assertThat(ours.body()).isEqualTo(theirs.body);
        sameHeaders(ours, theirs);
    }

    /// The recorded function printed the headers it was given.
    @Test
    void aFunctionIsGivenTheSameHeaders() throws Exception {
        var given = given("trigger echo GET w/ query");
        visitor.raw(request("GET /t/papp/echo?q=1&q=2", "X-Mine: 1", "", ""));
        assertThat(namesOf(visitor.intake.next().event().headers())).isEqualTo(given);

        given = given("trigger echo POST");
        visitor.raw(request("POST /t/papp/echo", "Content-Type: text/plain", "Content-Length: 2", "", "hi"));
        assertThat(namesOf(visitor.intake.next().event().headers())).isEqualTo(given);

        given = given("invoke echo");
        visitor.raw(request(
                "POST /invoke/id-echo",
                "Content-Type: text/plain",
                "Fn-Intent: foo",
                "X-Mine: 1",
                "Content-Length: 5",
                "",
                "hello"));
        assertThat(namesOf(visitor.intake.next().event().headers())).isEqualTo(given);
    }

    /// As curl sends it: further header fields, an empty line, the body.
    private static String request(String line, String... rest) {
        var lines = new ArrayList<String>();
        lines.add(line + " HTTP/1.1");
        lines.addAll(List.of("Host: 127.0.0.1", "User-Agent: curl/7.88.1", "Accept: */*", "Connection: close"));
        lines.addAll(List.of(rest));
        return String.join("\r\n", lines);
    }

    private static Set<String> namesOf(Headers headers) {
        return new TreeSet<>(headers.asMap().keySet());
    }

    /// Without those of the hop from the server to the container, and those that are set for each call later.
    private Set<String> given(String heading) {
        var names = new TreeSet<String>();
        var headers = JsonParser.create(recorded(heading, 0).body)
                .readJsonObject()
                .objectValue("headers")
                .orElseThrow();
        for (var name : headers.keysAsStrings()) {
            boolean ofTheHop = heading.startsWith("trigger")
                            && List.of("User-Agent", "Content-Length").contains(name)
                    || List.of("Host", "Accept-Encoding", "Fn-Call-Id", "Fn-Deadline")
                            .contains(name);
            if (!ofTheHop) {
                names.add(name);
            }
        }
        return names;
    }
}
