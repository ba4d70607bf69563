package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The server here only plays its part: the answers are shortened ones of fnserver 0.3.753.
class FnClientTest {
    private static final String NONE = "{\"items\":[]}";
    private static final String IMAGE = "127.0.0.1:5000/too-hot:0.0.1";

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private Map<String, String> answers = Map.of();
    private HttpServer server;
    private FnClient fn;
    private FuncYaml tooHot;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        fn = new FnClient(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
        tooHot = FuncYaml.read(Path.of(System.getProperty("fern.home"), "functions", "too-hot"));
    }

    @AfterEach
    void stop() {
        fn.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add((request + " " + body).trim());
        var answer = answers.getOrDefault(request, "");
        var bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.startsWith("{\"message\"") ? 400 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void theFirstDeploymentCreatesAppFunctionAndTriggers() throws Exception {
        answers = Map.of(
                "GET /v2/apps?name=greenhouse",
                NONE,
                "POST /v2/apps",
                "{\"id\":\"A1\",\"name\":\"greenhouse\"}",
                "GET /v2/fns?app_id=A1&name=too-hot",
                NONE,
                "POST /v2/fns",
                "{\"id\":\"F1\",\"name\":\"too-hot\"}",
                "GET /v2/triggers?app_id=A1&fn_id=F1&name=ask",
                NONE,
                "POST /v2/triggers",
                "{\"id\":\"T1\",\"name\":\"ask\"}");

        assertThat(fn.deploy("greenhouse", tooHot, IMAGE)).isEqualTo("F1");

        assertThat(requests)
                .containsExactly(
                        "GET /v2/apps?name=greenhouse",
                        "POST /v2/apps {\"name\":\"greenhouse\"}",
                        "GET /v2/fns?app_id=A1&name=too-hot",
                        "POST /v2/fns {\"image\":\"" + IMAGE + "\",\"memory\":64,\"timeout\":5,"
                                + "\"config\":{\"LIMIT\":\"30\"},\"annotations\":{"
                                + "\"fern/on/temperature\":\"mqtt:greenhouse/+/temperature?qos=1\","
                                + "\"fern/to/fan\":\"gpio:fan?from=temperature&max-on=10m\","
                                + "\"fern/to/alerts\":\"mqtt:alerts/{1}/heat?qos=1&retain=true&from=temperature\"},"
                                + "\"app_id\":\"A1\",\"name\":\"too-hot\"}",
                        "GET /v2/triggers?app_id=A1&fn_id=F1&name=ask",
                        "POST /v2/triggers {\"app_id\":\"A1\",\"fn_id\":\"F1\",\"name\":\"ask\","
                                + "\"source\":\"/too-hot\",\"type\":\"http\"}");
    }

    @Test
    void aFurtherDeploymentUpdatesThem() throws Exception {
        answers = Map.of(
                "GET /v2/apps?name=greenhouse", "{\"items\":[{\"id\":\"A1\",\"name\":\"greenhouse\"}]}",
                "GET /v2/fns?app_id=A1&name=too-hot", "{\"items\":[{\"id\":\"F1\",\"config\":null}]}",
                "PUT /v2/fns/F1", "{\"id\":\"F1\",\"name\":\"too-hot\"}",
                "GET /v2/triggers?app_id=A1&fn_id=F1&name=ask", "{\"items\":[{\"id\":\"T1\"}]}",
                "PUT /v2/triggers/T1", "{\"id\":\"T1\",\"name\":\"ask\"}");

        assertThat(fn.deploy("greenhouse", tooHot, IMAGE)).isEqualTo("F1");

        assertThat(requests.get(2)).startsWith("PUT /v2/fns/F1 {\"image\":").endsWith(",\"id\":\"F1\"}");
        assertThat(requests.get(4)).startsWith("PUT /v2/triggers/T1 {").endsWith(",\"id\":\"T1\"}");
    }

    @Test
    void annotationsKeepTheirTypes() throws Exception {
        answers = Map.of(
                "GET /v2/apps?name=lab", "{\"items\":[{\"id\":\"A1\"}]}",
                "GET /v2/fns?app_id=A1&name=f", NONE,
                "POST /v2/fns", "{\"id\":\"F1\"}");
        var typed = Map.<String, Object>of("k", List.of("a", 1, 2.5, true));

        fn.deploy("lab", new FuncYaml("f", "1", "C::m", null, null, Map.of(), typed, List.of()), "i");

        assertThat(requests.getLast()).contains("\"annotations\":{\"k\":[\"a\",1,2.5,true]}");
    }

    @Test
    void aRefusalIsReportedInTheServersWords() {
        answers = Map.of(
                "GET /v2/apps?name=greenhouse", "{\"items\":[{\"id\":\"A1\"}]}",
                "GET /v2/fns?app_id=A1&name=too-hot", NONE,
                "POST /v2/fns", "{\"message\":\"memory value is out of range. It should be between 0 and 8192\"}");

        assertThatThrownBy(() -> fn.deploy("greenhouse", tooHot, IMAGE))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("POST", "/v2/fns", "400", "memory value is out of range");
    }
}
