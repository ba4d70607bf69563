package dev.fern.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fern.FnName;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The requests, against those that the fn CLI 0.6.63 was recorded with. The server here only plays its part.
class ServerUpdateTest {
    private static final String NONE = "{\"items\":[]}";
    private static final String FUNC = """
            name: f
            version: 0.0.1
            runtime: node
            memory: 64
            config: {A: "1"}
            annotations: {fern/on/x: "every:1h", other: [1]}
            triggers: [{name: t, type: http, source: /t}]
            """;

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> answers = new HashMap<>();
    private int refusal;
    private HttpServer http;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
    }

    @AfterEach
    void stop() {
        http.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var request = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().toString().replace("per_page=100&", "");
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add((request + " " + body).trim());
        var answer = answers.getOrDefault(request, "{}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(refusal == 0 ? 200 : refusal, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private FnServer server(@Nullable String token) {
        return new FnServer(URI.create("http://127.0.0.1:" + http.getAddress().getPort()), token);
    }

    private List<String> update(String func, @Nullable String app) throws Exception {
        var file = Files.writeString(folder.resolve("func.yaml"), func);
        try (var server = server(null)) {
            var update = new ServerUpdate(server, Func.read(file));
            var there = app == null ? null : JsonParser.create(app).readJsonObject();
            assertThat(update.carryOut("lab", there, "r/f:0.0.1")).isEqualTo("F1");
            return update.changes();
        }
    }

    @Test
    void theFirstDeploymentCreatesAppFunctionAndTrigger() throws Exception {
        Files.writeString(folder.resolve("app.yaml"), "name: lab\nconfig: {B: \"2\"}\n");
        answers.put("POST /v2/apps", "{\"id\":\"A1\"}");
        answers.put("GET /v2/fns?app_id=A1&name=f", NONE);
        answers.put("POST /v2/fns", "{\"id\":\"F1\"}");
        answers.put("GET /v2/triggers?app_id=A1&fn_id=F1", NONE);
        answers.put("POST /v2/triggers", "{\"id\":\"T1\"}");

        assertThat(update(FUNC, null)).containsExactly("created app lab", "created function f", "created trigger t");
        assertThat(requests)
                .containsExactly(
                        "POST /v2/apps {\"name\":\"lab\",\"config\":{\"B\":\"2\"}}",
                        "GET /v2/fns?app_id=A1&name=f",
                        "POST /v2/fns {\"image\":\"r/f:0.0.1\",\"config\":{\"A\":\"1\"},\"memory\":64,"
                                + "\"annotations\":{\"fern/on/x\":\"every:1h\",\"other\":[1]},\"app_id\":\"A1\",\"name\":\"f\"}",
                        "GET /v2/triggers?app_id=A1&fn_id=F1",
                        "POST /v2/triggers {\"app_id\":\"A1\",\"fn_id\":\"F1\",\"name\":\"t\",\"source\":\"/t\",\"type\":\"http\"}");
    }

    @Test
    void aFurtherOneRemovesByAnEmptyStringWhatIsGoneAndSendsNeitherNullsNorWhatOthersHaveWritten() throws Exception {
        answers.put("GET /v2/fns?app_id=A1&name=f", """
                {"items":[{"id":"F1","name":"f","config":{"BY_HAND":"1"},"annotations":{"fern/on/old":"every:1h",
                "fern/on/x":"every:2h","theirs":"1","fern/status":{"state":"ready"},
                "fnproject.io/fn/invokeEndpoint":"u"}}]}""");
        answers.put("PUT /v2/fns/F1", "{\"id\":\"F1\"}");
        answers.put("GET /v2/triggers?app_id=A1&fn_id=F1", """
                {"items":[{"id":"T0","name":"gone","type":"http","source":"/gone"},
                {"id":"T1","name":"t","type":"http","source":"/before"}]}""");
        answers.put("PUT /v2/triggers/T1", "{\"id\":\"T1\"}");

        assertThat(update(FUNC, "{\"id\":\"A1\"}"))
                .containsExactly(
                        "removed annotation fern/on/old",
                        "updated function f",
                        "removed trigger gone",
                        "updated trigger t");
        assertThat(requests)
                .containsExactly(
                        "GET /v2/fns?app_id=A1&name=f",
                        "PUT /v2/fns/F1 {\"image\":\"r/f:0.0.1\",\"config\":{\"A\":\"1\"},\"memory\":64,\"annotations\":"
                                + "{\"fern/on/x\":\"every:1h\",\"other\":[1],\"fern/on/old\":\"\"},\"id\":\"F1\"}",
                        "GET /v2/triggers?app_id=A1&fn_id=F1",
                        "DELETE /v2/triggers/T0",
                        "PUT /v2/triggers/T1 {\"app_id\":\"A1\",\"fn_id\":\"F1\",\"name\":\"t\",\"source\":\"/t\",\"type\":\"http\","
                                + "\"id\":\"T1\"}");
        assertThat(requests).noneMatch(request -> request.contains("null"));
    }

    private @Nullable String promote(String app, String fn) throws Exception {
        answers.put("GET /v2/apps?name=lab", app);
        answers.put("GET /v2/fns?app_id=A1&name=f", fn);
        answers.put("PUT /v2/fns/F1", "{}");
        var url = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
        return Promotion.promote(url, null, new FnName("lab", "f"));
    }

    private static String items(String item) {
        return "{\"items\":[" + item + "]}";
    }

    @Test
    void aPromotionRemovesWhatSaidWhoRunsTheImageAndNothingElse() throws Exception {
        var fn = """
                {"id":"F1","name":"f","image":"r/f:2","annotations":{"fern/on/x":"every:1h","fern/rollout":"10%",
                "fern/stable":"r/f@sha256:1"}}""";
        assertThat(promote(items("{\"id\":\"A1\",\"name\":\"lab\"}"), items(fn)))
                .isEqualTo("r/f:2");
        assertThat(requests)
                .containsExactly(
                        "GET /v2/apps?name=lab",
                        "GET /v2/fns?app_id=A1&name=f",
                        "PUT /v2/fns/F1 {\"id\":\"F1\",\"annotations\":{\"fern/rollout\":\"\",\"fern/stable\":\"\"}}");
    }

    @Test
    void whereNothingIsRolledOutAPromotionChangesNothing() throws Exception {
        var fn = "{\"id\":\"F1\",\"name\":\"f\",\"image\":\"r/f:2\"}";
        assertThat(promote(items("{\"id\":\"A1\",\"name\":\"lab\"}"), items(fn)))
                .isNull();
        assertThat(requests).noneMatch(request -> request.startsWith("PUT"));
    }

    @Test
    void whatCannotBePromotedIsSaid() {
        var app = "{\"id\":\"A1\",\"name\":\"lab\"}";
        var all = "{\"id\":\"A1\",\"name\":\"lab\",\"annotations\":{\"fern/rollout\":\"10%\"}}";
        assertThatThrownBy(() -> promote(items(""), "")).hasMessageContaining("has no app lab");
        assertThatThrownBy(() -> promote(items(app), items(""))).hasMessageContaining("has no function lab/f");
        assertThatThrownBy(() -> promote(items(all), items("{\"id\":\"F1\",\"name\":\"f\"}")))
                .hasMessageContaining("app lab says fern/rollout for all its functions");
    }

    @Test
    void whatIsAsItShouldBeIsNotSent() throws Exception {
        answers.put("GET /v2/fns?app_id=A1&name=f", "{\"items\":[{\"id\":\"F1\",\"name\":\"f\"}]}");
        answers.put(
                "GET /v2/triggers?app_id=A1&fn_id=F1",
                "{\"items\":[{\"id\":\"T1\",\"name\":\"t\",\"type\":\"http\",\"source\":\"/t\"}]}");

        update(FUNC, "{\"id\":\"A1\"}");

        assertThat(requests).noneMatch(request -> request.contains("/v2/triggers/") || request.contains("/v2/apps"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "annotations: {x: }         | the annotation x of f has no value",
                "annotations: {x: \"\"}     | the annotation x of f has no value",
                "annotations: {x: [null]}   | the annotation x of f has no value"
            })
    void anAnnotationWithoutAValueIsRefused(String line, String why) throws Exception {
        var file = Files.writeString(folder.resolve("func.yaml"), "name: f\n" + line + "\n");

        assertThatThrownBy(() -> Func.read(file).checkAnnotations())
                .isInstanceOf(PublishException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 |          | wants a token (401); give it by FN_TOKEN or --token-file",
                "401 | s3cret   | refuses the token (401); give a valid one",
                "409 |          | refuses GET /v2/apps (409): the words of the server; change what it names",
                "302 |          | sends on to another address; give the final address by --url",
                "500 |          | (500): the words of the server; look at the server's log"
            })
    void aRefusalIsOneSentenceWithoutTheToken(int status, @Nullable String token, String said) {
        refusal = status;
        answers.put("GET /v2/apps?name=lab", "{\"message\":\"the words of\\n the server\"}");
        try (var server = server(token)) {
            assertThatThrownBy(() -> server.find("/v2/apps", "lab"))
                    .isInstanceOf(PublishException.class)
                    .hasMessageContaining(said)
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aServerThatIsAwayOrNoneIsSaid() {
        answers.put("GET /v2/apps?name=lab", "<html>");
        try (var server = server(null)) {
            assertThatThrownBy(() -> server.find("/v2/apps", "lab")).hasMessageContaining("is no Fn server");
            http.stop(0);
            assertThatThrownBy(() -> server.find("/v2/apps", "lab")).hasMessageContaining("cannot be reached");
        }
    }

    @Test
    void aListIsReadToItsEnd() throws Exception {
        answers.put("GET /v2/apps?name=lab", "{\"items\":[{\"id\":\"1\",\"name\":\"a\"}],\"next_cursor\":\"c=\"}");
        answers.put("GET /v2/apps?name=lab&cursor=c%3D", "{\"items\":[{\"id\":\"2\",\"name\":\"lab\"}]}");
        try (var server = server(null)) {
            var app = server.find("/v2/apps", "lab");
            assertThat(app).isNotNull();
            assertThat(String.valueOf(app)).contains("\"2\"");
        }
    }
}
