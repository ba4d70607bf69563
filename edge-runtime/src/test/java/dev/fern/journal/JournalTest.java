package dev.fern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Call;
import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    @TempDir
    Path folder;

    private final Metrics metrics = new Metrics();

    private Journal journal() {
        return new Journal(folder.resolve("calls.db"), 3, metrics);
    }

    private static Entry entry(long seq, String lane, Entry.State state, String text) {
        var trigger = Examples.trigger("a/f", "on", "mqtt:a/+?qos=1");
        return new Entry(
                seq, lane, Call.first(trigger, Examples.event(text), Instant.ofEpochMilli(7)), state, null, List.of());
    }

    private static void add(Journal journal, Entry entry) throws InterruptedException {
        var safe = new CountDownLatch(1);
        journal.add(entry, safe::countDown);
        assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private long rows() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("calls.db"));
                var row = connection.createStatement().executeQuery("SELECT count(*) FROM call")) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    @Test
    void the_bytes_are_those_of_the_calls_owed_before_and_after_a_restart() throws Exception {
        var small = entry(1, "l", Entry.State.QUEUED, "");
        var large = entry(2, "l", Entry.State.QUEUED, "é".repeat(5000));
        long bytes;
        try (var journal = journal()) {
            journal.open();
            add(journal, small);
            add(journal, large);
            bytes = journal.bytes();
        }
        try (var journal = journal()) {
            journal.open();
            assertThat(journal.bytes()).isEqualTo(bytes).isGreaterThan(10_000);
            journal.forget(small);
            journal.update(entry(2, "l", Entry.State.DEAD, "é".repeat(5000)), Entry.State.QUEUED, null);
            assertThat(journal.bytes()).as("nothing is owed").isZero();
            journal.update(large, Entry.State.DEAD, null);
            assertThat(journal.bytes()).as("a dead call runs again").isGreaterThan(10_000);
            journal.forget(large);
            assertThat(journal.bytes()).isZero();
        }
    }

    @Test
    void what_was_safe_is_there_after_a_restart_to_the_last_byte() throws Exception {
        var event = new Event(
                "id-1",
                "/fern/x/mqtt/default",
                Event.MQTT_MESSAGE,
                "a/b",
                Instant.parse("2026-11-23T12:00:00.123456789Z"),
                null,
                Map.of("traceparent", "00-1"),
                Headers.builder()
                        .add("Fern-Match-1", "b")
                        .add("X", "1")
                        .add("X", "2")
                        .build(),
                Payload.of(new byte[] {0, -1, 10, 127}));
        var call = new Call(
                "call-1", Examples.trigger("a/f", "on", "mqtt:a/+?qos=1&share=x"), event, 3, Instant.ofEpochMilli(99));
        var owed = List.of(
                new Delivery("fan gpio:27?pulse=1s", Examples.event("on"), true, false),
                new Delivery("out mqtt:out", Examples.event("off"), false, true));
        var written = new Entry(5, "a/f#on", call, Entry.State.ANSWERED, "broken", owed);
        try (var journal = journal()) {
            journal.open();
            add(journal, written);
        }
        try (var journal = journal()) {
            var recovered = journal.open();
            assertThat(recovered.last()).isEqualTo(5);
            assertThat(recovered.calls()).isEqualTo(1);
            assertThat(recovered.answered())
                    .containsExactly(new Recovered.Answered(
                            5,
                            FnName.parse("a/f"),
                            List.of(new Recovered.Owed(
                                    "fan gpio:27?pulse=1s", Examples.event("on").size()))));
            assertThat(journal.list(false, 10)).containsExactly(written);
            assertThat(journal.nextSeq()).isEqualTo(6);
        }
    }

    @Test
    void a_mark_survives_and_goes_to_disk_with_the_calls_before_it() throws Exception {
        try (var journal = journal()) {
            journal.open();
            assertThat(journal.mark("a")).isEmpty();
            add(journal, entry(1, "l", Entry.State.QUEUED, "x"));
            long commits = metrics.counter("fern_journal_commits_total").sum();
            var safe = new CountDownLatch(1);
            synchronized (journal) { // the writer cannot take the batch in between
                journal.add(entry(2, "l", Entry.State.QUEUED, "x"), safe::countDown);
                journal.mark("a", 7);
                journal.mark("a", 8);
            }
            assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(metrics.counter("fern_journal_commits_total").sum()).isEqualTo(commits + 1);
            assertThat(journal.mark("a")).hasValue(8);
        }
        try (var journal = journal()) {
            journal.open();
            assertThat(journal.mark("a")).hasValue(8);
        }
    }

    @Test
    void a_mark_alone_goes_to_disk_by_itself() throws Exception {
        try (var journal = journal()) {
            journal.open();
            journal.mark("a", 7);
            Await.until(
                    "it is written",
                    () -> metrics.counter("fern_journal_commits_total").sum() == 1);
        }
    }

    @Test
    void the_oldest_marks_beyond_a_thousand_are_forgotten_at_the_next_start() throws Exception {
        try (var journal = journal()) {
            journal.open();
            for (int i = 1; i <= 1001; i++) {
                journal.mark("m" + i, i);
            }
        }
        try (var journal = journal()) {
            journal.open();
            assertThat(journal.mark("m1")).isEmpty();
            assertThat(journal.mark("m2")).hasValue(2);
            assertThat(journal.mark("m1001")).hasValue(1001);
        }
    }

    @Test
    void many_calls_share_one_sync() throws Exception {
        try (var journal = journal()) {
            journal.open();
            int calls = 500;
            var safe = new CountDownLatch(calls);
            for (int i = 1; i <= calls; i++) {
                journal.add(entry(i, "l", Entry.State.QUEUED, "x"), safe::countDown);
            }
            assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(metrics.counter("fern_journal_commits_total").sum()).isLessThan(calls / 4);
        }
        assertThat(rows()).isEqualTo(500);
    }

    @Test
    void what_is_forgotten_before_its_batch_closes_is_never_written() throws Exception {
        try (var journal = journal()) {
            journal.open();
            var told = new AtomicInteger();
            for (int i = 1; i <= 100; i++) {
                var entry = entry(i, "l", Entry.State.QUEUED, "x");
                synchronized (journal) { // the writer cannot take the batch in between
                    journal.add(entry, told::incrementAndGet);
                    journal.forget(entry);
                }
            }
            assertThat(told).hasValue(100);
            assertThat(journal.calls()).isZero();
        }
        assertThat(metrics.counter("fern_journal_calls_written_total").sum()).isZero();
        assertThat(rows()).isZero();
    }

    @Test
    void what_is_done_is_gone_after_a_restart() throws Exception {
        try (var journal = journal()) {
            journal.open();
            for (int i = 1; i <= 10; i++) {
                add(journal, entry(i, "l", Entry.State.QUEUED, "x"));
            }
            for (int i = 1; i <= 9; i++) {
                journal.forget(entry(i, "l", Entry.State.QUEUED, "x"));
            }
            assertThat(journal.calls()).isEqualTo(1);
        }
        try (var journal = journal()) {
            assertThat(journal.open().lanes()).extracting(Recovered.Lane::calls).containsExactly(1);
            assertThat(journal.bytes()).isPositive();
        }
    }

    @Test
    void a_lane_is_read_in_order_in_portions() throws Exception {
        try (var journal = journal()) {
            journal.open();
            for (int i = 1; i <= 20; i++) {
                add(journal, entry(i, i % 2 == 0 ? "even" : "odd", Entry.State.QUEUED, "n" + i));
            }
            var read = new ArrayList<Long>();
            var done = new CountDownLatch(1);
            journal.read("even", 4, 3, entries -> {
                entries.forEach(entry -> read.add(entry.seq()));
                done.countDown();
            });
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(read).containsExactly(6L, 8L, 10L);
        }
    }

    @Test
    void only_so_many_dead_calls_are_kept_the_newest() throws Exception {
        try (var journal = journal()) {
            journal.open();
            for (int i = 1; i <= 5; i++) {
                add(journal, entry(i, "l", Entry.State.DEAD, "n" + i));
            }
            assertThat(journal.list(true, 10)).extracting(Entry::seq).containsExactly(5L, 4L, 3L);
            assertThat(journal.deadCalls()).isEqualTo(3);
            assertThat(journal.calls()).isZero();
        }
    }

    @Test
    void a_damaged_file_is_set_aside_and_the_journal_starts() throws Exception {
        Files.writeString(
                folder.resolve("calls.db"), "this is no database, but it is long enough to look at".repeat(100));
        try (var journal = journal()) {
            journal.open();
            assertThat(journal.health()).isInstanceOf(Health.Down.class);
            add(journal, entry(1, "l", Entry.State.QUEUED, "x"));
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("calls.db.damaged-"));
        }
    }

    @Test
    void a_file_of_a_later_version_is_refused_and_left_alone() throws Exception {
        try (var journal = journal()) {
            journal.open();
            add(journal, entry(1, "l", Entry.State.QUEUED, "x"));
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("calls.db"))) {
            connection.createStatement().execute("UPDATE meta SET value = 2 WHERE key = 'min_reader'");
        }
        try (var journal = journal()) {
            assertThatThrownBy(journal::open)
                    .isInstanceOf(NewerFormatException.class)
                    .hasMessageContaining("later Fern");
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_disk_that_refuses_is_reported_and_tried_again_until_it_takes_the_call() throws Exception {
        var safe = new CountDownLatch(1);
        try (var journal = journal()) {
            journal.open();
            journal.failing = true;
            journal.add(entry(1, "l", Entry.State.QUEUED, "x"), safe::countDown);
            Await.until("it is reported", () -> journal.health() instanceof Health.Down);
            assertThat(safe.getCount()).isEqualTo(1);
            journal.failing = false;
            assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(journal.health()).isEqualTo(Health.UP);
        }
    }
}
