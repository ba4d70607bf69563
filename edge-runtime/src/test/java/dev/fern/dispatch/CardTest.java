package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.RecordingIntake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an event costs the card on its way from accept to its target, with the journal on a real file.
class CardTest {
    private static final int EVENTS = 200;

    @TempDir
    Path folder;

    private Map<String, Object> files() throws IOException {
        var files = new TreeMap<String, Object>();
        try (var all = Files.list(folder)) {
            for (var file : all.toList()) {
                files.put(file.toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    private static long written(Workbench bench) {
        return bench.metrics.diskBytes("calls").sum();
    }

    @Test
    void an_event_that_the_broker_keeps_writes_nothing_while_all_goes_well() throws Exception {
        try (var bench = new Workbench(folder)) {
            var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
            var before = files();
            long written = written(bench);
            for (int i = 0; i < EVENTS; i++) {
                var receipt = bench.accept(fn, "t", "x".repeat(1024));
                Await.until("it is done", () -> RecordingIntake.isDone(receipt.done()));
            }
            assertThat(bench.sink.sent()).hasSize(EVENTS);
            assertThat(written(bench)).isEqualTo(written);
            assertThat(files()).isEqualTo(before);
        }
    }

    @Test
    void a_synced_event_writes_at_most_16_KB() throws Exception {
        try (var bench = new Workbench(folder)) {
            var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out");
            long written = written(bench);
            for (int i = 0; i < EVENTS; i++) {
                var receipt = bench.accept(fn, "t", "x".repeat(1024));
                Await.until("it is safe", () -> RecordingIntake.isDone(receipt.done()));
            }
            Await.until("nothing is owed", () -> bench.journal.calls() == 0);
            assertThat(bench.sink.sent()).hasSize(EVENTS);
            assertThat((written(bench) - written) / EVENTS).isPositive().isLessThanOrEqualTo(16 << 10);
        }
    }

    @Test
    void so_does_a_synced_cloudevent_which_is_in_one_more_index() throws Exception {
        try (var bench = new Workbench(folder)) {
            var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out");
            long written = written(bench);
            for (int i = 0; i < EVENTS; i++) {
                var event = Examples.cloudEvent("/sensors/1", "" + i, "x".repeat(1024));
                var receipt = bench.dispatcher.accept(fn.triggers().get(1), event);
                Await.until("it is safe", () -> RecordingIntake.isDone(receipt.done()));
            }
            Await.until("nothing is owed", () -> bench.journal.calls() == 0);
            assertThat((written(bench) - written) / EVENTS).isPositive().isLessThanOrEqualTo(16 << 10);
        }
    }
}
