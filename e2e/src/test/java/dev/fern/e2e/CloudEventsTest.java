package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// CloudEvents come into a real daemon, by HTTP and MQTT, and leave it. What comes as JSON is made by the official SDK.
class CloudEventsTest {
    private static final String ECHO = """
            import com.fnproject.fn.api.InputEvent;
            public class Echo {
                public String handle(InputEvent in) {
                    var subject = in.getHeaders().get("Ce-Subject").orElse("-");
                    return subject + " " + in.consumeBody(body -> {
                        try {
                            return new String(body.readAllBytes());
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    });
                }
            }
            """;
    private static final String SLOW = """
            import com.fnproject.fn.api.InvocationContext;
            public class Slow {
                public String handle(InvocationContext ctx, String in) throws InterruptedException {
                    Thread.sleep(20);
                    ctx.setResponseHeader("Ce-Type", "com.example.slow");
                    return in;
                }
            }
            """;

    private static Sandbox sandbox;
    private static Outside outside;
    private static FernProcess fern;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        sandbox = new Sandbox();
        var broker = Mosquitto.start(sandbox);
        TestFunction.build(sandbox, "echo", "1.0.0", """
                fern/on/door: "event:com.example.door.opened?source=/site/*"
                fern/on/slow: "event:com.example.slow"
                fern/to/out: "mqtt:seen/echo"
                """, "Echo", ECHO);
        TestFunction.build(sandbox, "slow", "1.0.0", """
                fern/on/work: "event:work.*"
                fern/to/out: "mqtt:seen/slow"
                fern/to/event: "mqtt:fern/all/events?format=cloudevent"
                """, "Slow", SLOW);
        outside = new Outside(broker.url(), "seen/#");
        fern = FernProcess.start(
                        sandbox,
                        "functions: " + sandbox.folder("functions") + "\nmqtt: {url: \"" + broker.url() + "\"}")
                .awaitListening();
    }

    @AfterAll
    static void stop() throws Exception {
        fern.close();
        outside.close();
        sandbox.close();
    }

    private static List<String> seen(String function) {
        return outside.heard().stream()
                .filter(one -> one.topic().equals("seen/" + function))
                .map(Outside.Heard::text)
                .toList();
    }

    private static void awaitEcho(String text) throws Exception {
        outside.await(text, one -> one.topic().equals("seen/echo") && one.text().equals(text));
    }

    private static String json(String id, String source, String type, String data) {
        var event = CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create(source))
                .withType(type)
                .withData("text/plain", data.getBytes(StandardCharsets.UTF_8))
                .build();
        return new String(new JsonFormat().serialize(event), StandardCharsets.UTF_8);
    }

    private static int post(String contentType, String body) throws Exception {
        var request = HttpRequest.newBuilder(fern.url().resolve("/events"))
                .timeout(Duration.ofSeconds(90))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build();
        return CLIENT.send(request, BodyHandlers.ofString()).statusCode();
    }

    @Test
    void whatThePageShowsWorksAsItIsWritten() throws Exception {
        var page = Markdown.read(Path.of(System.getProperty("fern.home"), "docs/cloudevents.md"));
        var blocks = page.blocks("Send one with curl");
        assertThat(blocks).hasSize(3);
        for (int i = 0; i < 2; i++) { // and again, which starts nothing
            for (var block : blocks) {
                assertThat(block.text()).contains("http://127.0.0.1:8080/");
                var script = block.text()
                        .replace(
                                "http://127.0.0.1:8080",
                                "http://127.0.0.1:" + fern.url().getPort());
                var out =
                        sandbox.start(List.of("bash", "-euc", script), Map.of()).awaitSuccess(Duration.ofSeconds(90));
                assertThat(out).containsExactly("202");
            }
        }
        awaitEcho("K%C3%BCche by binary mode");
        awaitEcho("- the second of a batch");
        post("application/cloudevents+json", json("page", "/site/1", "com.example.door.opened", "after the page"));
        awaitEcho("- after the page");
        assertThat(seen("echo").stream().filter(text -> text.contains(" mode") || text.contains("a batch")))
                .containsExactly(
                        "K%C3%BCche by binary mode",
                        "- by structured mode", "- the first of a batch", "- the second of a batch");
    }

    @Test
    void oneThatComesByHttpAndByMqttRunsOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            var event = json("both-" + i, "/site/1", "com.example.door.opened", "both " + i);
            if (i % 2 == 0) {
                assertThat(post("application/cloudevents+json", event)).isEqualTo(202);
                outside.publish("fern/" + fern.device() + "/events", event);
            } else {
                outside.publish("fern/all/events", event);
                awaitEcho("- both " + i);
                assertThat(post("application/cloudevents-batch+json", "[" + event + "]"))
                        .isEqualTo(202);
            }
        }
        outside.publish("fern/all/events", json("last", "/site/1", "com.example.door.opened", "the last"));
        awaitEcho("- the last");
        assertThat(seen("echo").stream().filter(text -> text.contains("both")))
                .containsExactlyInAnyOrder("- both 0", "- both 1", "- both 2", "- both 3", "- both 4");
    }

    @Test
    void whatWasAnsweredWith202IsNotLostInAPowerCutAndAnswersStartOtherFunctionsAsCloudEvents() throws Exception {
        var batch = IntStream.range(0, 50)
                .mapToObj(i -> json("cut-" + i, "/shop", "work.order", "cut " + i))
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(post("application/cloudevents-batch+json", batch)).isEqualTo(202);
        fern.kill();
        assertThat(seen("slow").size()).as("the work was not done yet").isLessThan(50);
        fern.restart();
        fern.awaitListening();
        assertThat(post("application/cloudevents-batch+json", batch)).isEqualTo(202);
        for (int i = 0; i < 50; i++) {
            var text = "cut " + i;
            outside.await(
                    text, one -> one.topic().equals("seen/slow") && one.text().equals(text));
            awaitEcho("- " + text);
        }
    }

    @Test
    void whatIsNoneIsRefusedAndHurtsNobody() throws Exception {
        var deep = "[".repeat(100_000);
        assertThat(post("application/cloudevents+json", deep)).isEqualTo(400);
        assertThat(post("application/cloudevents-batch+json", deep)).isEqualTo(400);
        assertThat(post("application/cloudevents+json", "x".repeat(10 << 20))).isEqualTo(413);
        assertThat(post("application/cloudevents-batch+json", "[" + "{},".repeat(9_999) + "{}]"))
                .isEqualTo(413);
        assertThat(post("application/json", "{}")).isEqualTo(415);
        outside.publish("fern/all/events", deep);
        assertThat(post(
                        "application/cloudevents+json",
                        json("alive", "/site/1", "com.example.door.opened", "still here")))
                .isEqualTo(202);
        awaitEcho("- still here");
    }
}
