package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Power cuts, played by `kill -9`: what was acknowledged is not lost, and the device starts without a network.
class CrashTest {
    private static final String SLOW = """
            public class Slow {
                public String handle(String in) throws InterruptedException { Thread.sleep(5); return in; }
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {"broker", "disk"})
    void no_message_is_lost_over_power_cuts_in_the_middle_of_the_work(String durable) throws Exception {
        try (var stage = new Stage("max_queued_messages 0")) {
            stage.deploy(TestFunction.build(
                    stage.sandbox(),
                    "slow",
                    "1.0.0",
                    "fern/on/in: \"mqtt:slow/in?durable=" + durable + "\"\nfern/to/out: \"mqtt:slow/out\"",
                    "Slow",
                    SLOW));
            var fern = stage.startFern();
            try (var outside = new Outside(stage.broker().url(), "slow/out")) {
                var random = new Random(7);
                int sent = 0;
                for (int cut = 0; cut < 3; cut++) {
                    for (int i = 0; i < 150; i++) {
                        outside.publish("slow/in", "m" + sent++);
                    }
                    int enough = outside.heard().size() + 20 + random.nextInt(60);
                    Await.until(enough + " messages", () -> outside.heard().size() >= enough);
                    fern.kill();
                    fern.restart();
                }
                int all = sent;
                outside.await("the last", one -> one.text().equals("m" + (all - 1)));
                var expected = IntStream.range(0, all).mapToObj(i -> "m" + i).collect(Collectors.toSet());
                var missing = new HashSet<>(expected);
                long end = System.nanoTime() + 120_000_000_000L;
                while (!missing.isEmpty() && System.nanoTime() < end) {
                    outside.heard().forEach(one -> missing.remove(one.text()));
                    Thread.sleep(10);
                }
                assertThat(missing).as("messages lost").isEmpty();
            }
        }
    }

    @Test
    void after_a_power_cut_everything_runs_again_with_no_cloud_and_no_registry() throws Exception {
        try (var stage = new Stage()) {
            stage.deploy(Stage.sample("too-hot"));
            stage.deploy(Stage.sample("hello"));
            var fern = stage.startFern();
            assertThat(fern.get("/t/greenhouse/hello?name=Pi").statusCode()).isEqualTo(200);
            fern.kill();
            stage.cloud().close();
            stage.registry().kill();

            fern.restart();

            try (var outside = new Outside(stage.broker().url(), "alerts/#")) {
                outside.publish("greenhouse/bay1/temperature", "40");
                outside.await("an alert", one -> one.text().contains("40.0"));
            }
            assertThat(fern.get("/t/greenhouse/hello?name=Pi").body()).contains("Pi");
            var status = fern.get("/fern/status").body();
            assertThat(status).contains("\"ready\":true");
            fern.stop();
            assertThat(fern.process().exitCode()).as("a clean stop").isIn(0, 143);
            assertThat(fern.process().output().getLast()).isEqualTo("INFO daemon: Fern has stopped");
        }
    }
}
