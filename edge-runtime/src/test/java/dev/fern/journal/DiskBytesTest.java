package dev.fern.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Metrics;
import dev.fern.kit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What calls on disk write to the card, on a real file.
class DiskBytesTest {
    /// The bound of docs/limits.md.
    private static final int PER_EVENT = 16 << 10;

    @TempDir
    Path folder;

    private final Metrics metrics = new Metrics();

    private Journal journal() {
        return new Journal(folder.resolve("calls.db"), 3, metrics);
    }

    private long counted() {
        return metrics.diskBytes("calls").sum();
    }

    private long commits() {
        return metrics.counter("fern_journal_commits_total").sum();
    }

    private void awaitCommits(long commits) throws InterruptedException {
        Await.until("it is on disk", () -> commits() >= commits);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1024})
    void one_call_at_a_time_writes_at_most_16_KB(int bytes) throws Exception {
        try (var journal = journal()) {
            journal.open();
            long before = counted();
            int calls = 3;
            for (int seq = 1; seq <= calls; seq++) {
                long commits = commits();
                var entry = Sensor.queued(seq, bytes);
                Sensor.add(journal, entry);
                journal.forget(entry);
                awaitCommits(commits + 2);
            }
            assertThat((counted() - before) / calls).isPositive().isLessThanOrEqualTo(PER_EVENT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1024})
    void that_is_so_if_its_answer_has_to_wait_on_disk_as_well(int bytes) throws Exception {
        try (var journal = journal()) {
            journal.open();
            long before = counted();
            int calls = 3;
            for (int seq = 1; seq <= calls; seq++) {
                long commits = commits();
                Sensor.add(journal, Sensor.queued(seq, bytes));
                var answered = Sensor.answered(seq, bytes);
                journal.update(answered, Entry.State.QUEUED, () -> {});
                awaitCommits(commits + 2);
                journal.forget(answered);
                awaitCommits(commits + 3);
            }
            assertThat((counted() - before) / calls).isPositive().isLessThanOrEqualTo(PER_EVENT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1024})
    void a_call_in_a_stream_writes_at_most_16_KB_with_what_is_copied_from_the_log_into_the_file(int bytes)
            throws Exception {
        try (var journal = journal()) {
            journal.open();
            long before = counted();
            int calls = 1100;
            for (int seq = 1; seq <= calls; seq++) {
                var entry = Sensor.queued(seq, bytes);
                Sensor.add(journal, entry);
                journal.forget(entry);
            }
            assertThat(counted() - before).as("one log is full").isGreaterThan(2 << 20);
            assertThat((counted() - before) / calls).isLessThanOrEqualTo(PER_EVENT);
        }
    }

    @Test
    void what_is_counted_is_what_the_kernel_was_asked_to_write() throws Exception {
        try (var journal = journal()) {
            journal.open();
            countsAsTheKernel(journal, 1);
            assertThat(counted()).as("more than one log").isGreaterThan(4 << 20);
        }
    }

    @Test
    void that_is_so_with_a_log_that_a_power_cut_has_left() throws Exception {
        var cut = Files.createDirectories(folder.resolve("cut"));
        try (var journal = journal()) {
            journal.open();
            for (int seq = 1; seq <= 50; seq++) {
                Sensor.add(journal, Sensor.queued(seq, 500));
            }
            for (var name : List.of("calls.db", "calls.db-wal")) {
                Files.copy(folder.resolve(name), cut.resolve(name));
            }
        }
        folder = cut;
        try (var journal = journal()) {
            long before = counted();
            assertThat(journal.open().calls()).isEqualTo(50);
            assertThat(counted()).as("it has written nothing yet").isEqualTo(before);
            countsAsTheKernel(journal, 51);
        }
    }

    private void countsAsTheKernel(Journal journal, int first) throws InterruptedException {
        Sensor.add(journal, Sensor.queued(first, 100));
        Await.until("its thread has a name", () -> kernel().isPresent());
        long asked = kernel().orElseThrow() - counted();
        for (int seq = first + 1; seq <= first + 600; seq++) {
            Sensor.add(journal, Sensor.queued(seq, seq % 3 * 3000));
            if (seq % 2 == 0) {
                journal.forget(Sensor.queued(seq - 1, (seq - 1) % 3 * 3000));
            }
        }
        Await.until("it is the same", () -> kernel().orElseThrow() - counted() == asked);
    }

    /// What the journal's thread has asked the kernel to write (proc_pid_io(5)).
    private static OptionalLong kernel() {
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (var task : tasks) {
                try {
                    if (Files.readString(task.resolve("comm")).strip().equals("fern-journal")) {
                        return Files.readAllLines(task.resolve("io")).stream()
                                .filter(line -> line.startsWith("wchar: "))
                                .mapToLong(line -> Long.parseLong(line.substring(7)))
                                .findFirst();
                    }
                } catch (NoSuchFileException e) {
                    // another thread, which has just ended
                }
            }
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
