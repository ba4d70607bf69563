package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// The daemon with the 96 MB of heap that it has on a device, and functions that want more.
class HogTest {
    private static final String HOG = """
            import java.util.*;
            public class Hog {
                static final List<Object> KEPT = new ArrayList<>();
                public String handle(String in) {
                    switch (in) {
                        case "list": while (true) KEPT.add(new byte[10_000]);
                        case "catch": while (true) try { KEPT.add(new byte[100_000]); } catch (Throwable t) { }
                        case "thread": { var t = new Thread(() -> { while (true) KEPT.add(new byte[10_000]); }); t.start(); join(t); }
                        case "lambda": java.util.stream.Stream.generate(() -> new byte[1000]).forEach(KEPT::add);
                        case "large": while (true) KEPT.add(new byte[4 << 20]);
                        case "map": { var map = new HashMap<Integer, String>(); for (int i = 0;; i++) map.put(i, "value " + i); }
                        case "huge": return "" + new long[1 << 27].length;
                        case "text": return "x".repeat(1 << 29);
                        case "jdk": return "" + java.util.stream.IntStream.range(0, 1 << 30).toArray().length;
                        default: return "works";
                    }
                }
                static void join(Thread t) { try { t.join(); Thread.sleep(1000000); } catch (InterruptedException e) { } }
            }
            """;
    private static final List<String> WAYS = List.of(
            "list", "large", "map", "thread", "catch", "thread", "lambda", "huge", "text", "thread", "jdk", "list");
    private static final String GOOD = """
            public class Good {
                public String handle(String in) { return "good " + in; }
            }
            """;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    @Test
    void a_hog_is_stopped_and_the_daemon_and_the_other_functions_go_on() throws Exception {
        try (var sandbox = new Sandbox()) {
            var folder =
                    TestFunction.build(sandbox, "hog", "1.0.0", "", "Hog", HOG).getParent();
            TestFunction.build(sandbox, "good", "1.0.0", "", "Good", GOOD);
            try (var fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n")) {
                assertThat(answer(fern, "hog", "")).isEqualTo("200 works");
                var wrong = new ArrayList<String>();
                var stop = new AtomicBoolean();
                var good = Thread.ofPlatform().start(() -> callUntil(stop, fern, wrong));
                for (var way : WAYS) {
                    var answer = answer(fern, "hog", way);
                    System.out.println(way + ": " + answer);
                    assertThat(answer).as(way).doesNotStartWith("200").doesNotStartWith("503");
                    assertThat(answer(fern, "hog", "")).as("after " + way).isEqualTo("200 works");
                }
                stop.set(true);
                good.join();
                assertThat(wrong).isEmpty();
                assertThat(fern.process().alive()).isTrue();
            }
        }
    }

    /// Calls the good function 50 times a second.
    private void callUntil(AtomicBoolean stop, FernProcess fern, List<String> wrong) {
        try {
            while (!stop.get()) {
                var answer = answer(fern, "good", "x");
                if (!answer.equals("200 good x")) {
                    wrong.add(answer);
                }
                Thread.sleep(20);
            }
        } catch (Exception e) {
            wrong.add(e.toString());
        }
    }

    private String answer(FernProcess fern, String function, String body) throws Exception {
        var id = id(fern, function);
        var request = HttpRequest.newBuilder(fern.url().resolve("/invoke/" + id))
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static String id(FernProcess fern, String name) throws IOException, InterruptedException {
        var status = JsonParser.create(fern.get("/fern/status").body()).readJsonObject();
        return status.arrayValue("functions").orElseThrow().values().stream()
                .map(JsonObject.class::cast)
                .filter(fn -> fn.stringValue("name", "").equals(name))
                .map(fn -> fn.stringValue("id", ""))
                .findFirst()
                .orElseThrow();
    }
}
