package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// What the device itself makes happen, over restarts, with answers to a broker and to a web server.
class ScheduleTest {
    private static final String ECHO = """
            public class Echo {
                public String handle(String in) { return in; }
            }
            """;

    @Test
    void cron_every_and_device_events_reach_both_kinds_of_targets_and_what_was_missed_is_made_up_for_once()
            throws Exception {
        var posted = new CopyOnWriteArrayList<String>();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                posted.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                        + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
        try (var sandbox = new Sandbox()) {
            var broker = Mosquitto.start(sandbox);
            TestFunction.build(
                    sandbox, "echo", "1.0.0", """
                    fern/on/cron: "cron:* * * * *"
                    fern/on/every: "every:1s?jitter=100ms"
                    fern/on/state: ["device:started", "device:online", "device:offline", "device:stopping"]
                    fern/to/cron: "mqtt:seen/cron?from=cron"
                    fern/to/every: "mqtt:seen/every?from=every"
                    fern/to/state: "mqtt:seen/state?from=state"
                    fern/to/web: "http://127.0.0.1:%d/{fn}?from=cron,state&retries=0"
                    """.formatted(server.getAddress().getPort()), "Echo", ECHO);
            try (var outside = new Outside(broker.url(), "seen/#");
                    var fern = FernProcess.start(
                            sandbox,
                            "functions: " + sandbox.folder("functions") + "\nmqtt: {url: \"" + broker.url() + "\"}")) {
                run(fern, broker, outside, posted);
            }
        } finally {
            server.stop(0);
        }
    }

    private static void run(FernProcess fern, Mosquitto broker, Outside outside, List<String> posted) throws Exception {
        Await.until(
                "it was started and is online", () -> all(outside, "state").containsAll(List.of("started", "online")));
        Await.until("two ticks", () -> all(outside, "every").size() >= 2);
        Await.until("a tick of the clock", () -> !all(outside, "cron").isEmpty());
        assertThat(all(outside, "cron").getFirst()).matches("\\{\"at\":\"[0-9T:-]+:00Z\",\"missed\":false}");
        Await.until(
                "the web server has it too",
                () -> posted.contains("POST /echo " + all(outside, "cron").getFirst()));

        fern.stop();
        assertThat(posted).contains("POST /echo started", "POST /echo online", "POST /echo stopping");
        Await.until(
                "the broker has the last words too", () -> all(outside, "state").contains("stopping"));
        var off = Instant.now();
        Await.until(
                "a minute begins",
                () -> Instant.now().isAfter(off.truncatedTo(ChronoUnit.MINUTES).plusSeconds(61)));
        fern.restart();
        Await.until("what was missed", () -> all(outside, "cron").stream().anyMatch(tick -> tick.contains("true")));

        fern.kill();
        fern.restart();
        Await.until(
                "it was started again",
                () -> all(outside, "state").stream().filter("started"::equals).count() == 3);
        // a call that kill -9 cut off runs again, but no tick that came is made up for
        var ticks = all(outside, "cron");
        assertThat(ticks)
                .filteredOn(tick -> tick.contains("true"))
                .allSatisfy(missed -> assertThat(ticks).doesNotContain(missed.replace("true", "false")));

        broker.kill();
        Await.until("it is offline", () -> posted.contains("POST /echo offline"));
    }

    private static List<String> all(Outside outside, String what) {
        return outside.heard().stream()
                .filter(one -> one.topic().equals("seen/" + what))
                .map(Outside.Heard::text)
                .toList();
    }
}
