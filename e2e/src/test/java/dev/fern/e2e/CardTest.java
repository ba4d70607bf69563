package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.e2e.bench.Functions;
import dev.fern.kit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What the real daemon does to its card.
class CardTest {
    private static final int EVENTS = 20;
    private static final int PER_EVENT = 16 << 10;

    private static FernProcess start(Sandbox sandbox, Mosquitto broker) throws Exception {
        var functions = sandbox.folder("functions");
        for (var durable : List.of("broker", "disk")) {
            Functions.write(
                    functions,
                    durable,
                    Functions.ECHO,
                    List.of(
                            "fern/on/in: \"mqtt:in/" + durable + "?durable=" + durable + "\"",
                            "fern/to/out: \"mqtt:out/" + durable + "\""));
        }
        return FernProcess.start(sandbox, "functions: " + functions + "\nmqtt: {url: \"" + broker.url() + "\"}")
                .awaitListening();
    }

    private static long metric(FernProcess fern, String name) {
        try {
            return (long) fern.get("/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long written(FernProcess fern) {
        return metric(fern, "fern_disk_bytes_written_total");
    }

    /// Each file of the state folder with its size and date.
    private static Map<String, String> state(FernProcess fern) throws IOException {
        var state = new TreeMap<String, String>();
        try (var all = Files.walk(fern.data())) {
            for (var one : all.toList()) {
                state.put(one.toString(), Files.size(one) + " bytes, " + Files.getLastModifiedTime(one));
            }
        }
        return state;
    }

    /// Events one after another, each when the last has come out.
    private static void events(Outside outside, String durable, String prefix) throws Exception {
        for (int i = 0; i < EVENTS; i++) {
            var text = prefix + i + "x".repeat(200);
            outside.publish("in/" + durable, text);
            outside.await(
                    "its answer",
                    one -> one.topic().equals("out/" + durable) && one.text().equals(text));
        }
    }

    @Test
    void an_event_that_the_broker_keeps_writes_nothing_and_a_synced_one_at_most_16_KB() throws Exception {
        try (var sandbox = new Sandbox()) {
            var broker = Mosquitto.start(sandbox);
            try (var outside = new Outside(broker.url(), "out/#");
                    var fern = start(sandbox, broker)) {
                events(outside, "broker", "first ");
                assertThat(written(fern))
                        .as("the code, the definitions and the new journal")
                        .isPositive();
                var state = state(fern);
                long before = written(fern);
                events(outside, "broker", "then ");
                assertThat(written(fern)).isEqualTo(before);
                assertThat(state(fern)).isEqualTo(state);

                events(outside, "disk", "");
                Await.until("nothing is owed", () -> metric(fern, "fern_journal_calls") == 0);
                assertThat((written(fern) - before) / EVENTS).isPositive().isLessThanOrEqualTo(PER_EVENT);
                assertThat(metric(fern, "fern_disk_kernel_bytes")).isPositive();
            }
        }
    }

    @Test
    void calls_that_only_a_later_version_can_read_end_fern_run_with_78_and_stay_as_they_are() throws Exception {
        try (var sandbox = new Sandbox();
                var fern = FernProcess.start(sandbox, "functions: " + sandbox.folder("none"))) {
            fern.stop();
            var file = fern.data().resolve("calls.db");
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
                connection.createStatement().execute("UPDATE meta SET value = 2 WHERE key = 'min_reader'");
            }
            var before = Files.readAllBytes(file);
            assertThatThrownBy(fern::restart)
                    .hasMessageContaining("exit code 78")
                    .hasMessageContaining("calls.db was written by a later Fern")
                    .hasMessageContaining("install that version again");
            assertThat(Arrays.equals(Files.readAllBytes(file), before)).isTrue();
            assertThat(files(fern.data())).doesNotContain("calls.db-wal", "calls.db-shm");
            assertThat(files(fern.data())).noneMatch(name -> name.contains("damaged"));
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
