package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Functions called by message, with mosquitto's own client, as docs/functions.md says.
class RemoteCallsTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static Sandbox sandbox;
    private static Mosquitto broker;
    private static FernProcess fern;
    private static String documented;

    @BeforeAll
    static void start() throws Exception {
        documented = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/functions.md"))
                .blocks("Calls by message")
                .getFirst()
                .text()
                .strip();
        sandbox = new Sandbox();
        broker = Mosquitto.start(sandbox);
        TestFunction.build(
                sandbox,
                "hello",
                "1.0.0",
                "fern/on/in: \"mqtt:in\"\nfern/to/out: \"mqtt:out\"",
                "Hello",
                "public class Hello { public String handle(String in) { return \"Hello, \" + in + \"!\"; } }");
        TestFunction.build(sandbox, "slow", "1.0.0", "none: \"\"", "Slow", """
                public class Slow {
                    public String handle(String in) throws InterruptedException {
                        Thread.sleep(60_000);
                        return in;
                    }
                }
                """);
        fern = FernProcess.start(
                sandbox,
                "functions: " + sandbox.folder("functions") + "\nmqtt: {url: \"" + broker.url()
                        + "\", remote-calls: true}");
        for (long end = System.nanoTime() + LONG.toNanos(); !isUp(); Thread.sleep(20)) {
            assertThat(System.nanoTime()).as(status()).isLessThan(end);
        }
    }

    @AfterAll
    static void stop() {
        sandbox.close();
    }

    private static String status() throws IOException, InterruptedException {
        return fern.get("/fern/status").body();
    }

    private static boolean isUp() throws IOException, InterruptedException {
        var status = status();
        return status.contains("\"remote-calls\":{\"up\":true}") && status.split("\"state\":\"ready\"", -1).length == 3;
    }

    private static Child call(String function, String format) throws IOException {
        var command = documented
                .replace("-p 1883", "-p " + broker.port())
                .replace("porch-1", fern.device())
                .replace("greenhouse/hello", "functions/" + function)
                .replace("answers/me", "answers/" + function)
                .replace("%p", format);
        return sandbox.start(List.of("bash", "-c", command), Map.of());
    }

    @Test
    void theDocumentedCommandPrintsWhatTheFunctionAnswers() throws Exception {
        assertThat(call("hello", "%p").awaitSuccess(LONG)).containsExactly("Hello, World!");
        assertThat(call("hello", "%D %P").awaitSuccess(LONG).getFirst())
                .startsWith("42 ")
                .contains("fern-status:200", "Fn-Call-Id:")
                .doesNotContain("fern-error");
    }

    @Test
    void aSlowCallIsEndedAndSaidWhileATriggerOfTheSameConnectionFlows() throws Exception {
        try (var outside = new Outside(broker.url(), "out")) {
            var slow = call("slow", "%P");
            for (int i = 0; i < 100; i++) {
                outside.publish("in", "event " + i);
            }
            outside.await("the last event", one -> one.text().equals("Hello, event 99!"));
            assertThat(slow.alive()).as("the call is under way").isTrue();

            assertThat(slow.awaitSuccess(LONG).getFirst()).contains("fern-status:504", "fern-error:Timed out");
        }
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        assertThat(call("none", "%P").awaitSuccess(LONG).getFirst())
                .contains("fern-status:404", "fern-error:Fn not found");
        assertThat(fern.run("doctor", "--config", fern.config().toString()))
                .anyMatch(line -> line.contains("remote-calls is on"));
    }
}
