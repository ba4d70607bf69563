package dev.fern.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Call;
import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailingDiskTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("calls.db");
    }

    private static Entry entry(long seq, String reason) {
        var trigger = Examples.trigger("a/f", "on", "mqtt:a/+?qos=1");
        var call = Call.first(trigger, Examples.event("x"), Instant.ofEpochMilli(7));
        return new Entry(seq, "l", call, Entry.State.QUEUED, reason, List.of());
    }

    @Test
    void a_transaction_that_sqlite_has_taken_back_itself_is_followed_by_one_that_can_be() throws Exception {
        new Store(file(), new LongAdder()).close();
        // as it does when the disk is full (sqlite.org/lang_transaction.html, section 3)
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = connection.createStatement()) {
            statement.execute("CREATE TRIGGER full BEFORE INSERT ON call WHEN NEW.reason = 'full'"
                    + " BEGIN SELECT RAISE(ROLLBACK, 'full'); END");
        }
        try (var store = new Store(file(), new LongAdder())) {
            store.put(entry(1, "good"));
            assertThatThrownBy(() -> store.put(entry(2, "full"))).isInstanceOf(SQLException.class);
            store.rollback();
            store.put(entry(3, "good"));
            store.rollback();
            store.put(entry(4, "good"));
            store.commit();
        }
        try (var store = new Store(file(), new LongAdder())) {
            assertThat(store.list(false, 10)).extracting(Entry::seq).containsExactly(4L);
        }
    }

    @Test
    void a_file_that_cannot_be_opened_is_left_where_it_is() throws Exception {
        Files.createDirectories(file().resolve("in the way"));
        try (var journal = new Journal(file(), 3, new Metrics())) {
            assertThatThrownBy(journal::open).isInstanceOf(IOException.class).hasMessageContaining("cannot open");
        }
        assertThat(file().resolve("in the way")).isDirectory();
    }

    @Test
    void nobody_is_told_that_a_call_is_safe_which_could_not_be_written_before_the_end() throws Exception {
        var safe = new AtomicBoolean();
        try (var journal = new Journal(file(), 3, new Metrics())) {
            journal.open();
            journal.failing = true;
            journal.add(entry(1, "x"), () -> safe.set(true));
            Await.until("it is reported", () -> journal.health() instanceof Health.Down);
        }
        assertThat(safe).isFalse();
    }

    @Test
    void a_disk_that_cannot_be_written_damages_no_file_but_what_cannot_be_read_is_damaged() {
        var write = new SQLException("[SQLITE_IOERR_WRITE] I/O error in the VFS layer while writing", null, 10);
        var sync = new SQLException("[SQLITE_IOERR_FSYNC] I/O error in the VFS layer", null, 10);
        var read = new SQLException("[SQLITE_IOERR_READ] I/O error in the VFS layer while reading", null, 10);
        var corrupt = new SQLException("[SQLITE_CORRUPT] The database disk image is malformed", null, 11);

        assertThat(List.of(write, sync)).noneMatch(Damaged::is);
        assertThat(List.of(read, corrupt)).allMatch(Damaged::is);
        assertThat(Damaged.advice(sync, file())).contains("dmesg");
        assertThat(Damaged.advice(new SQLException("full", null, 13), file())).contains("free space");
    }
}
