package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The main job as its user meets it: real broker, real registry, an Fn server, the daemon as its own process, and only
/// standard clients on the outside.
class EndToEndTest {
    private static Stage stage;
    private static FernProcess fern;
    private static Outside outside;

    @BeforeAll
    static void start() throws Exception {
        stage = new Stage();
        for (var sample : Stage.samples()) {
            stage.deploy(Stage.sample(sample));
        }
        stage.deploy(Stage.sample("dew-point"));
        outside = new Outside(stage.broker().url(), "alerts/#", "house/#", "echo/#", "fern/#");
        fern = stage.startFern();
    }

    @AfterAll
    static void stop() throws Exception {
        outside.close();
        stage.close();
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within a minute: " + what + "\n"
                        + fern.get("/fern/status").body() + "\n"
                        + String.join("\n", fern.process().output()));
            }
            Thread.sleep(20);
        }
    }

    private static JsonObject function(String name) throws Exception {
        var status = JsonParser.create(fern.get("/fern/status").body()).readJsonObject();
        return status.arrayValue("functions").orElseThrow().values().stream()
                .map(JsonObject.class::cast)
                .filter(fn -> fn.stringValue("name", "").equals(name))
                .findFirst()
                .orElse(JsonObject.empty());
    }

    private static @Nullable String why(String name) throws Exception {
        return function(name).value("why").orElse(null) instanceof JsonString why ? why.value() : null;
    }

    private static double metric(String series) throws Exception {
        return fern.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    @Test
    void aJavaScriptFunctionOfTheCloudAnswersAMessage() throws Exception {
        await(
                "dew-point is ready",
                () -> function("dew-point").stringValue("state", "").equals("ready"));
        assertThat(function("dew-point").stringValue("runtime")).hasValue("javascript");

        outside.publish("house/cellar/climate", "{\"celsius\":20,\"humidity\":50}");

        var heard = outside.await("the dew point", one -> one.topic().equals("house/cellar/dew-point"));
        assertThat(heard.text()).isEqualTo("{\"celsius\":9.3}");
    }

    @Test
    void theJavaScriptSamplePassesItsOwnTests() throws Exception {
        try (var sandbox = new Sandbox()) {
            var tests = Stage.sample("dew-point").resolve("dew-point.test.js").toString();

            var output =
                    sandbox.start(List.of("node", "--test", tests), Map.of()).awaitSuccess(Duration.ofSeconds(60));

            assertThat(String.join("\n", output)).contains("pass 3", "fail 0");
        }
    }

    @Test
    void a_message_runs_a_function_that_the_cloud_defines_and_its_answer_reaches_pin_and_topic() throws Exception {
        outside.publish("greenhouse/bay1/temperature", "31.5");
        var alert = outside.await("an alert", one -> one.topic().equals("alerts/bay1/heat"));
        assertThat(alert.text()).contains("\"celsius\":31.5").contains("\"limit\":30.0");
        await("the fan runs", () -> metric("fern_gpio_level{line=\"27\"}") == 1);

        outside.publish("greenhouse/bay1/temperature", "18");
        outside.await(
                "the alert is taken back",
                one -> one.topic().equals("alerts/bay1/heat") && one.text().isEmpty());
        await("the fan stands", () -> metric("fern_gpio_level{line=\"27\"}") == 0);
        assertThat(metric("fern_journal_calls_written_total"))
                .as("the card was not written")
                .isZero();
    }

    @Test
    void an_edge_runs_a_function_and_its_answer_is_a_message() throws Exception {
        fern.run("emit", "gpio", "17", "rising");
        outside.await("the bell", one -> one.topic().equals("house/door"));
    }

    @Test
    void a_request_runs_a_function_by_trigger_by_id_and_by_command() throws Exception {
        var answer = fern.get("/t/greenhouse/hello?name=Pi");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("Pi");
        assertThat(answer.headers().firstValue("Fn-Call-Id")).isPresent();

        var id = function("hello").stringValue("id", "");
        try (var client = HttpClient.newHttpClient()) {
            var invoked = client.send(
                    HttpRequest.newBuilder(fern.url().resolve("/invoke/" + id))
                            .POST(HttpRequest.BodyPublishers.ofString("World"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(invoked.statusCode()).isEqualTo(200);
            assertThat(invoked.body()).contains("World");
            assertThat(invoked.headers().firstValue("Fn-Fdk-Version")).isPresent();
        }
        assertThat(fern.run("list")).anyMatch(line -> line.contains("hello"));
    }

    @Test
    void the_device_says_on_the_broker_that_it_is_there_and_what_runs() throws Exception {
        outside.await(
                "online",
                one -> one.topic().equals("fern/" + fern.device() + "/online")
                        && one.text().equals("online"));
        outside.await(
                "its status",
                one -> one.topic().equals("fern/" + fern.device() + "/status")
                        && one.text().contains("\"too-hot\""));
    }

    private static final String ECHO = """
            public class Echo {
                public String handle(String in) { return "%s " + in; }
            }
            """;

    private static String deployEcho(String version, String trigger) throws Exception {
        return stage.deploy(TestFunction.build(
                stage.sandbox(),
                "echo",
                version,
                "fern/on/in: \"" + trigger + "\"\nfern/to/out: \"mqtt:echo/out\"",
                "Echo",
                ECHO.formatted(version)));
    }

    @Test
    void a_new_version_takes_over_and_one_that_makes_no_sense_leaves_the_last_good_one_running() throws Exception {
        deployEcho("1.0.0", "mqtt:echo/in");
        await("it runs", () -> function("echo").stringValue("state", "").equals("ready"));
        outside.publish("echo/in", "a");
        outside.await("the first version", one -> one.text().equals("1.0.0 a"));

        deployEcho("2.0.0", "mqtt:echo/in");
        outside.publish("fern/" + fern.device() + "/sync", "");
        await("the second runs", () -> function("echo").stringValue("image", "").endsWith(":2.0.0"));
        outside.publish("echo/in", "b");
        outside.await("the second version", one -> one.text().equals("2.0.0 b"));

        for (var bad : Map.of(
                        "3.0.0", "mqtt:echo/in?qos=7",
                        "3.0.1", "smoke:signals",
                        "3.0.2", "mqtt:echo/in?colour=red",
                        "3.0.3", "mqtt:echo/#/in",
                        "3.0.4", "gpio:no-such-pin",
                        "3.0.5", "sensor:air",
                        "3.0.6", "mqtt:echo/out")
                .entrySet()) {
            deployEcho(bad.getKey(), bad.getValue());
            await(bad + " is refused with a reason", () -> why("echo") != null);
            var echo = function("echo");
            assertThat(echo.stringValue("state", "")).as(bad.toString()).isEqualTo("ready");
            assertThat(echo.stringValue("image", "")).as(bad.toString()).endsWith(":2.0.0");
            assertThat(echo.stringValue("do", "")).as(bad.toString()).isNotEmpty();
            if (bad.getValue().startsWith("sensor")) {
                assertThat(why("echo")).contains("there is no sensor 'air'");
            }
            outside.publish("echo/in", bad.getKey());
            outside.await("the second version", one -> one.text().equals("2.0.0 " + bad.getKey()));
            deployEcho("2.0.0", "mqtt:echo/in");
            await("it is well again", () -> why("echo") == null);
        }
    }

    @Test
    void a_function_whose_image_or_class_is_missing_hurts_only_itself() throws Exception {
        try (var client = new FnClient(stage.cloud().url())) {
            var folder = TestFunction.build(
                    stage.sandbox(), "absent", "1.0.0", "fern/on/in: \"mqtt:absent/in\"", "Echo", ECHO.formatted("x"));
            client.deploy(Stage.APP, FuncYaml.read(folder), stage.registry().address() + "/absent:1.0.0");
        }
        var wrong = TestFunction.build(
                stage.sandbox(), "wrong", "1.0.0", "fern/on/in: \"mqtt:wrong/in\"", "Echo", ECHO.formatted("x"));
        Files.writeString(
                wrong.resolve("func.yaml"),
                Files.readString(wrong.resolve("func.yaml")).replace("Echo::handle", "Ekko::handle"));
        stage.deploy(wrong);
        await(
                "the image is missed",
                () -> function("absent").stringValue("state", "").equals("failed"));
        assertThat(why("absent")).contains("absent");
        await(
                "the class is missed",
                () -> function("wrong").stringValue("state", "").equals("invalid"));
        assertThat(why("wrong")).contains("Ekko");
        assertThat(fern.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(fern.get("/t/greenhouse/hello?name=Pi").statusCode()).isEqualTo(200);
    }
}
