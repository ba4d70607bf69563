package dev.fern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Metrics;
import dev.fern.kit.Await;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The journal's files do not grow for ever.
class FileSizeTest {
    private static final int CALLS = 2000;

    @TempDir
    Path folder;

    private final Metrics metrics = new Metrics();

    private Journal journal() {
        return new Journal(folder.resolve("calls.db"), 3, metrics);
    }

    private long size(String suffix) {
        return folder.resolve("calls.db" + suffix).toFile().length();
    }

    /// So many calls at once, then none.
    private static void wave(Journal journal, int calls, int bytes) throws InterruptedException {
        long first = journal.nextSeq();
        var safe = new CountDownLatch(calls);
        for (int i = 0; i < calls; i++) {
            journal.add(Sensor.queued(first + i, bytes), safe::countDown);
        }
        for (int i = 1; i < calls; i++) {
            journal.nextSeq();
        }
        assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < calls; i++) {
            journal.forget(Sensor.queued(first + i, bytes));
        }
    }

    @Test
    void room_of_calls_that_are_gone_is_used_again() throws Exception {
        var sizes = new long[4];
        for (int round = 0; round < sizes.length; round++) {
            try (var journal = journal()) {
                journal.open();
                wave(journal, CALLS, 1024);
            }
            sizes[round] = size("");
        }
        assertThat(sizes[0]).as("they were all there").isGreaterThan(CALLS * 1024);
        assertThat(sizes[3]).isLessThan(sizes[0] + sizes[0] / 10);
    }

    @Test
    void the_log_is_begun_again_before_it_is_long() throws Exception {
        try (var journal = journal()) {
            journal.open();
            for (int i = 0; i < 10; i++) {
                wave(journal, CALLS, 1024);
            }
            assertThat(metrics.diskBytes("calls").sum()).isGreaterThan(30 << 20);
            // 2 MB, and what came as one batch on top: on a busy machine that is a whole wave, of 1.5 KB a call
            // and page
            assertThat(size("-wal")).isLessThanOrEqualTo((2 << 20) + CALLS * 1536);
        }
    }

    @Test
    void a_log_that_a_large_batch_has_made_long_is_cut_after_it() throws Exception {
        try (var journal = journal()) {
            journal.open();
            synchronized (journal) { // they go in one batch
                for (int seq = 1; seq <= 64; seq++) {
                    journal.add(Sensor.queued(seq, 256 << 10), () -> {});
                }
            }
            Await.until("they are on disk", () -> size("-wal") > 16 << 20);
            Sensor.add(journal, Sensor.queued(65, 64));
            assertThat(size("-wal")).isLessThanOrEqualTo(4 << 20);
        }
    }

    @Test
    void calls_of_a_lane_and_dead_ones_are_found_without_looking_at_all_others() throws Exception {
        try (var journal = journal()) {
            journal.open();
        }
        for (var where : List.of(
                "state = 0 AND lane = 'l' AND seq > 7 ORDER BY seq LIMIT 64",
                "state = 3 ORDER BY seq DESC LIMIT 10",
                "state = 3 ORDER BY seq DESC LIMIT -1 OFFSET 3",
                "id = 'x' AND state = 3 ORDER BY seq DESC LIMIT 1")) {
            assertThat(plan("SELECT * FROM call WHERE " + where)).allMatch(step -> step.startsWith("SEARCH call"));
        }
    }

    private List<String> plan(String query) throws SQLException {
        var steps = new ArrayList<String>();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("calls.db"));
                var rows = connection.createStatement().executeQuery("EXPLAIN QUERY PLAN " + query)) {
            while (rows.next()) {
                steps.add(rows.getString("detail"));
            }
        }
        return steps;
    }
}
