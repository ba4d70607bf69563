package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.kit.Examples;
import dev.fern.kit.JavaBundle;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a function gets and gives is what the FDK has in a container.
class FdkContractTest {
    @TempDir
    Path folder;

    private Stage stage;

    @BeforeEach
    void open() {
        stage = new Stage(folder);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void aBodyCanBeReadOnceAndHeadersAsOftenAsOneLikes() throws Exception {
        try (var function = stage.function("""
                public String handle(InvocationContext ctx, InputEvent in) {
                    in.consumeBody(s -> null);
                    try {
                        in.consumeBody(s -> null);
                    } catch (IllegalStateException e) {
                        return e.getMessage() + " " + (in.getHeaders() == ctx.getRequestHeaders());
                    }
                    return "read twice";
                }
                """)) {
            assertThat(function.answer("x")).isEqualTo("Body has already been consumed true");
        }
    }

    @Test
    void aStringGoesInAndComesOut() throws Exception {
        try (var function = stage.function("public String handle(String in) { return in + \"ä\"; }")) {
            var answer = function.answer(Stage.request(Headers.NONE, "ö"));

            assertThat(answer.body().text()).isEqualTo("öä");
            assertThat(answer.contentType()).isEqualTo("text/plain");
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @Test
    void theAnswerNamesTheFdkAsTheRealOneDoes() throws Exception {
        try (var function = stage.function("public String handle() { return \"\"; }")) {
            var headers = function.answer(Stage.request(Headers.NONE, "")).headers();

            assertThat(headers.first("Fn-Fdk-Version"))
                    .matches("fdk-java/1\\.0\\.212 \\(jvm=[\\w -]+, jvmv=25[\\w.]*\\)");
            assertThat(headers.first("Fn-Fdk-Runtime")).matches("java/[\\w -]+ 25[\\w.]*");
        }
    }

    @Test
    void bytesGoInAndComeOut() throws Exception {
        try (var function = stage.function("""
                public byte[] handle(byte[] in) { byte[] out = in.clone(); out[0]++; return out; }
                """)) {
            var event = Event.of(
                    "/x", Event.MQTT_MESSAGE, "a", Stage.NOW, null, Headers.NONE, Payload.of(new byte[] {1, -1, 0}));

            var answer = function.answer(event);

            assertThat(answer.body().bytes()).containsExactly(2, -1, 0);
            assertThat(answer.contentType()).isEqualTo("application/octet-stream");
        }
    }

    @Test
    void objectsGoInAndComeOutAsJson() throws Exception {
        try (var function = stage.function("""
                public static class Reading { public double celsius; public String place; }
                public record Verdict(boolean hot, List<String> places) {}
                public Verdict handle(Map<String, Reading> in) {
                    Reading r = in.get("now");
                    return new Verdict(r.celsius > 30, List.of(r.place));
                }
                """)) {
            var answer = function.answer(Stage.request(Headers.NONE, "{\"now\":{\"celsius\":31.5,\"place\":\"bay\"}}"));

            assertThat(answer.body().text()).isEqualTo("{\"hot\":true,\"places\":[\"bay\"]}");
            assertThat(answer.contentType()).isEqualTo("application/json");
        }
    }

    @Test
    void nothingIsAnAnswer() throws Exception {
        try (var function = stage.function("public void handle(String in) {}")) {
            assertThat(function.answer("x")).isEmpty();
        }
    }

    @Test
    void theInputEventHasHeadersIdAndDeadline() throws Exception {
        try (var function = stage.function("""
                public OutputEvent handle(InputEvent in) {
                    String text = in.getCallID().length() + " " + in.getDeadline() + " "
                            + in.getHeaders().get("x-mine").get() + " " + in.getHeaders().get("Content-Type").get() + " "
                            + in.getHeaders().get("Fn-Call-Id").get().equals(in.getCallID()) + " "
                            + in.getHeaders().get("User-Agent").isPresent() + " "
                            + in.consumeBody(s -> new Scanner(s).next());
                    return OutputEvent.fromBytes(text.getBytes(), OutputEvent.Status.Success, "text/x",
                            Headers.emptyHeaders().addHeader("X-Out", "1"));
                }
                """)) {
            var headers = Headers.builder()
                    .add("X-MINE", "m")
                    .add("User-Agent", "curl")
                    .build();

            var answer = function.answer(Stage.request(headers, "body"));

            assertThat(answer.body().text()).isEqualTo("26 2026-11-23T12:00:05Z m text/plain true false body");
            assertThat(answer.headers().first("X-Out")).isEqualTo("1");
            assertThat(answer.contentType()).isEqualTo("text/x");
        }
    }

    @Test
    void anEventArrivesWithItsCloudEventAttributes() throws Exception {
        try (var function = stage.function("""
                public String handle(InvocationContext ctx, String in) {
                    return ctx.getRequestHeaders().get("Ce-Subject").get() + " "
                            + ctx.getRequestHeaders().get("Fern-Trigger").get() + " " + in;
                }
                """)) {
            assertThat(function.answer(Examples.event("hi")).body().text()).isEqualTo("a/b invoke hi");
        }
    }

    @Test
    void theInvocationContextSetsHeadersOfTheAnswer() throws Exception {
        try (var function = stage.function("""
                public String handle(InvocationContext ctx) {
                    ctx.setResponseHeader("Fern-To", "fan");
                    ctx.addResponseHeader("X-Two", "a");
                    ctx.addResponseHeader("X-Two", "b");
                    ctx.setResponseHeader("Content-Length", "99");
                    ctx.setResponseContentType("text/csv");
                    return "1,2";
                }
                """)) {
            var answer = function.answer(Stage.request(Headers.NONE, ""));

            assertThat(answer.headers().first("Fern-To")).isEqualTo("fan");
            assertThat(answer.headers().all("X-Two")).containsExactly("a", "b");
            assertThat(answer.headers().first("Content-Length")).isNull();
            assertThat(answer.contentType()).isEqualTo("text/csv");
        }
    }

    @Test
    void theHttpGatewayContextSeesTheRequestAndShapesTheResponse() throws Exception {
        try (var function = stage.function("""
                public String handle(HTTPGatewayContext http, String in) {
                    http.setStatusCode(418);
                    http.addResponseHeader("X-Tea", "green");
                    return http.getMethod() + " " + http.getRequestURL() + " " + http.getHeaders().get("X-Mine").get()
                            + " " + http.getQueryParameters().getValues("q");
                }
                """)) {
            var headers = Headers.builder()
                    .add("Fn-Intent", "httprequest")
                    .add("Fn-Http-Method", "GET")
                    .add("Fn-Http-Request-Url", "http://127.0.0.1/t/app/tea?q=1&q=2")
                    .add("Fn-Http-H-X-Mine", "m")
                    .build();

            var answer = function.answer(Stage.request(headers, ""));

            assertThat(answer.body().text()).isEqualTo("GET http://127.0.0.1/t/app/tea?q=1&q=2 m [1, 2]");
            assertThat(answer.status()).isEqualTo(418);
            assertThat(answer.headers().first("Fn-Http-H-X-Tea")).isEqualTo("green");
        }
    }

    @Test
    void configurationComesFromTheFunctionTheImageAndFern() throws Exception {
        var source = Stage.source("""
                private String configured = "";
                @FnConfiguration public static void first() { order += "static "; }
                @FnConfiguration public void second(RuntimeContext ctx) {
                    configured = order + ctx.getConfigurationByKey("LIMIT").orElse("none") + " "
                            + ctx.getAppID() + " " + ctx.getFunctionID() + " " + ctx.getAppName() + " "
                            + ctx.getFunctionName();
                }
                static String order = "";
                public String handle(String key) {
                    return configured + " " + System.getenv(key) + " " + System.getenv().get("FN_MEMORY") + " "
                            + System.getenv("HOME") + " " + System.getenv("FN_FORMAT") + " " + System.getenv("FN_TYPE");
                }
                """);
        var bundle = JavaBundle.in(stage.folder())
                .env("LIMIT", "image")
                .env("TZ", "Asia/Tokyo")
                .jar("f.jar", source)
                .bundle("demo.Fn::handle");

        try (var function = stage.function(bundle, Map.of("LIMIT", "30"))) {
            assertThat(function.answer("TZ"))
                    .isEqualTo("static 30 id-greenhouse id-demo greenhouse demo Asia/Tokyo 64 null http-stream sync");
        }
    }

    @Test
    void theConfigurationLacksWhatTheFdkTakesOut() throws Exception {
        try (var function = stage.function("""
                private final RuntimeContext ctx;
                public Fn(RuntimeContext ctx) { this.ctx = ctx; }
                public String handle(String key) { return ctx.getConfiguration().keySet().toString(); }
                """)) {
            assertThat(function.answer("")).contains("FN_MEMORY").doesNotContain("FN_FORMAT", "FN_LISTENER", "PATH");
        }
    }

    @Test
    void featuresAreEnabledBeforeTheConfiguration() throws Exception {
        var bundle = JavaBundle.of(stage.folder(), "demo.Featured::handle", """
                package demo;
                import com.fnproject.fn.api.*;
                import java.util.Optional;
                @FnFeature(Featured.Shout.class)
                public class Featured {
                    public static class Shout implements RuntimeFeature {
                        public void initialize(RuntimeContext ctx) {
                            ctx.setAttribute("mark", "!");
                            ctx.addInvoker((invocation, event) -> {
                                invocation.addResponseHeader("X-Seen", "yes");
                                return Optional.empty();
                            }, FunctionInvoker.Phase.PreCall);
                        }
                    }
                    private String mark;
                    @FnConfiguration public void configure(RuntimeContext ctx) {
                        mark = ctx.getAttribute("mark", String.class).get();
                    }
                    public String handle(String in) { return in + mark; }
                }
                """);
        try (var function = stage.function(bundle)) {
            var answer = function.answer(Stage.request(Headers.NONE, "hey"));

            assertThat(answer.body().text()).isEqualTo("hey!");
            assertThat(answer.headers().first("X-Seen")).isEqualTo("yes");
        }
    }
}
