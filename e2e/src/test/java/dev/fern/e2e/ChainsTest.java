package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Functions that start each other, on a device that is killed in the middle of it, and on its Fn server, which is away
/// for a while: another Fern.
class ChainsTest {
    private static final String FIRST = """
            public class First {
                public String handle(String in) throws InterruptedException { Thread.sleep(3); return in; }
            }
            """;
    /// Says which event it ran on, and in which call.
    private static final String SECOND = """
            import com.fnproject.fn.api.*;
            public class Second {
                public String handle(InputEvent in) throws InterruptedException {
                    Thread.sleep(3);
                    var headers = in.getHeaders();
                    return in.consumeBody(body -> {
                        try { return new String(body.readAllBytes()); } catch (java.io.IOException e) { return "?"; }
                    }) + " " + headers.get("Ce-Id").orElse("?") + " " + headers.get("Fn-Call-Id").orElse("?");
                }
            }
            """;
    private static final String AUDIT = """
            import com.fnproject.fn.api.*;
            public class Audit {
                public OutputEvent handle(InputEvent in) {
                    var text = in.consumeBody(body -> {
                        try { return body.readAllBytes(); } catch (java.io.IOException e) { return new byte[0]; }
                    });
                    return OutputEvent.fromBytes(text, OutputEvent.Status.Success, "text/plain",
                            Headers.emptyHeaders().addHeader("Fern-To", "out"));
                }
            }
            """;

    private static Set<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).collect(Collectors.toSet());
    }

    @Test
    void over_a_power_cut_each_answer_starts_the_next_function_once_and_the_fn_server_gets_the_rest_in_order()
            throws Exception {
        try (var stage = new Stage("max_queued_messages 0");
                var outside = new Outside(stage.broker().url(), "chain/out", "audit/out")) {
            stage.deploy(TestFunction.build(
                    stage.sandbox(),
                    "second",
                    "1.0.0",
                    "fern/on/after: \"fn:greenhouse/first\"\nfern/to/out: \"mqtt:chain/out\"",
                    "Second",
                    SECOND));
            stage.deploy(TestFunction.build(
                    stage.sandbox(), "first", "1.0.0", "fern/on/in: \"mqtt:chain/in?durable=disk\"", "First", FIRST));
            stage.deploy(TestFunction.build(
                    stage.sandbox(), "audit", "1.0.0", "fern/to/out: \"mqtt:audit/out\"", "Audit", AUDIT));
            var gateway = stage.startFern();
            cutInTheMiddle(gateway, outside);
            leaveTheServerAway(stage, gateway, outside);
        }
    }

    private static void cutInTheMiddle(FernProcess fern, Outside outside) throws Exception {
        int all = 60;
        for (int i = 0; i < all; i++) {
            outside.publish("chain/in", "m" + i);
        }
        int enough = 5 + new Random().nextInt(30);
        Await.until("some of them", () -> outside.heard().size() >= enough);
        fern.kill();
        fern.restart();
        Await.until(
                "all of them",
                () -> outside.heard().stream()
                        .map(one -> one.text().split(" ")[0])
                        .collect(Collectors.toSet())
                        .equals(texts(0, all)));

        Map<String, Set<String>> calls = new HashMap<>();
        for (var one : outside.heard()) {
            var words = one.text().split(" ");
            calls.computeIfAbsent(words[1], _ -> new HashSet<>()).add(words[2]);
        }
        assertThat(calls.keySet()).allMatch(id -> id.endsWith(".greenhouse/second#after"));
        assertThat(calls.values()).as("calls of one event").allMatch(ids -> ids.size() == 1);
    }

    private static void leaveTheServerAway(Stage stage, FernProcess gateway, Outside outside) throws Exception {
        var report = TestFunction.build(
                stage.sandbox(),
                "report",
                "1.0.0",
                "fern/on/in: \"mqtt:edge/{device}/in\"\nfern/to/up: \"cloud:greenhouse/audit\"",
                "First",
                FIRST);
        stage.deploy(report, "site", gateway.url());
        try (var sensor = FernProcess.start(
                stage.sandbox(),
                "cloud: {url: \"%s\", apps: [site], every: 1s}\nregistry: {insecure: [\"%s\"]}\nmqtt: {url: \"%s\"}\n"
                        .formatted(
                                gateway.url(),
                                stage.registry().address(),
                                stage.broker().url()))) {
            Await.until("the function is there", () -> status(sensor).contains("\"name\":\"report\""));
            sensor.awaitListening();
            var in = "edge/" + sensor.device() + "/in";
            outside.publish(in, "m0");
            outside.await("the first one", one -> one.topic().equals("audit/out"));

            gateway.kill();
            for (int i = 1; i < 12; i++) {
                outside.publish(in, "m" + i);
            }
            Await.until("they wait", () -> status(sensor).contains("answers wait for cloud:greenhouse/audit"));
            gateway.restart();

            Await.until("all of them", () -> heard(outside).size() >= 12);
            assertThat(heard(outside).stream().distinct())
                    .containsExactlyElementsOf(
                            IntStream.range(0, 12).mapToObj(i -> "m" + i).toList());
        }
    }

    private static List<String> heard(Outside outside) {
        return outside.heard().stream()
                .filter(one -> one.topic().equals("audit/out"))
                .map(Outside.Heard::text)
                .distinct()
                .toList();
    }

    private static String status(FernProcess fern) {
        try {
            return fern.get("/fern/status").body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
