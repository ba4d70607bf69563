package dev.fern.journal;

import dev.fern.Health;
import dev.fern.Marks;
import dev.fern.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Calls on disk. One thread writes, many calls with one sync: a batch closes 2 ms after the first call that
/// somebody waits for, or at 64 of them. What is forgotten before its batch closes is never written.
/// Forgetting alone is not urgent: it waits up to a second for company.
///
/// Any thread; nothing here waits but [#open], [#list] and [#close]. If the disk refuses, the batch is tried
/// again every second, [#health] says so, and nobody is told "synced" meanwhile.
public final class Journal implements Marks, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("fern.journal");

    private interface Reading {
        void from(Store store) throws SQLException;
    }

    private interface Question {
        List<Entry> to(Store store) throws SQLException;
    }

    private final Path file;
    private final int deadMost;
    private final Thread thread;
    private final AtomicLong seq = new AtomicLong();
    private final Counts counts = new Counts();
    private final LongAdder commits;
    private final LongAdder written;
    private final LongAdder diskBytes;

    private final Map<String, Long> marks = new ConcurrentHashMap<>();

    private Batch next = new Batch();
    private List<Reading> readings = new ArrayList<>();
    private boolean closing;
    private volatile Health writing = Health.UP;
    private volatile @Nullable Health damaged;
    private @Nullable Store store;
    /// The named fault of tests: the disk refuses.
    volatile boolean failing;

    public Journal(Path file, int deadMost, Metrics metrics) {
        this.file = file;
        this.deadMost = deadMost;
        thread = Thread.ofPlatform().name("fern-journal").daemon(true).unstarted(this::run);
        commits = metrics.counter("fern_journal_commits_total");
        written = metrics.counter("fern_journal_calls_written_total");
        diskBytes = metrics.diskBytes("calls");
        metrics.gauge(counts::calls, "fern_journal_calls");
        metrics.gauge(counts::bytes, "fern_journal_bytes");
        metrics.gauge(counts::dead, "fern_dead_calls");
    }

    /// Opens the file and says what it holds. A damaged file is set aside and a new one begun.
    ///
    /// @throws NewerFormatException if a later version wrote it; it is left alone
    public Recovered open() throws NewerFormatException, IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Format.check(file);
        Recovered recovered;
        try {
            recovered = opened();
        } catch (SQLException e) {
            if (!Damaged.is(e)) {
                throw new IOException("cannot open " + file + ": " + e.getMessage(), e);
            }
            damaged = Damaged.setAside(file, e);
            try {
                recovered = opened();
            } catch (SQLException again) {
                throw new IOException("cannot keep calls in " + file + ": " + again.getMessage(), again);
            }
        }
        seq.set(recovered.last());
        counts.begin(recovered);
        thread.start();
        return recovered;
    }

    private Recovered opened() throws SQLException, NewerFormatException {
        var opened = new Store(file, diskBytes);
        try {
            var recovered = opened.recovered();
            marks.putAll(opened.marks());
            store = opened;
            return recovered;
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
    }

    /// The next place in the order of acceptance.
    public long nextSeq() {
        return seq.incrementAndGet();
    }

    /// Writes a call that is not on disk yet.
    ///
    /// @param synced runs once it is safe, on the journal's thread; must be short
    public void add(Entry entry, Runnable synced) {
        counts.added(entry);
        synchronized (this) {
            next.add(entry, synced);
            changed();
        }
    }

    /// Rewrites what becomes of a call that [#add] was given: state, attempt, reason, what is owed.
    ///
    /// @param from the state it was in
    /// @param synced runs once it is safe, on the journal's thread; null if nobody waits for it
    public void update(Entry entry, Entry.State from, @Nullable Runnable synced) {
        counts.moved(from, entry);
        synchronized (this) {
            next.update(entry, synced);
            changed();
        }
    }

    /// The work is done: the call is owed no more.
    public void forget(Entry entry) {
        counts.forgot(entry);
        List<Runnable> unwritten;
        synchronized (this) {
            unwritten = next.forget(entry.seq());
            changed();
        }
        unwritten.forEach(Runnable::run);
    }

    @Override
    public OptionalLong mark(String name) {
        var value = marks.get(name);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /// Goes along with calls that were accepted just before, or else soon after them.
    @Override
    public synchronized void mark(String name, long value) {
        marks.put(name, value);
        next.mark(name, value);
        changed();
    }

    /// Wakes the writer when there is a new deadline or the batch is full. Under the lock.
    private void changed() {
        if (next.isHastened()) {
            notifyAll();
        }
    }

    /// Reads calls to be run, in order, after that place. The answer comes on the journal's thread.
    public void read(String lane, long after, int most, Consumer<List<Entry>> answer) {
        reading(store -> answer.accept(store.inLane(lane, after, most)));
    }

    /// Reads one call; null if it is not there. The answer comes on the journal's thread.
    public void read(long place, Consumer<@Nullable Entry> answer) {
        reading(store -> answer.accept(store.one(place)));
    }

    /// Whether that row is about to change: then what was read of it is old.
    public synchronized boolean changes(long place) {
        return next.has(place);
    }

    /// Runs that on the journal's thread, when it has done what was asked before.
    public void pass(Runnable passed) {
        reading(_ -> passed.run());
    }

    private synchronized void reading(Reading reading) {
        readings.add(reading);
        notifyAll();
    }

    /// Lets that much time pass for functions that are not among these, and forgets all calls of those that were not
    /// wanted for longer than `most`. Only time that is told here counts, so a clock that jumps forgets nothing.
    public void age(Set<String> wanted, Duration passed, Duration most) {
        reading(store -> {
            try {
                var forgotten = store.age(wanted, passed.toMillis(), most.toMillis());
                store.commit();
                forgotten.forEach(this::forgotten);
            } catch (SQLException e) {
                store.rollback();
                throw e;
            }
        });
    }

    private void forgotten(Store.Forgotten gone) {
        counts.forgot(gone);
        LOG.log(
                Level.INFO,
                "{0} has not been wanted here for days: {1} calls that waited for it are forgotten, and {2} dead ones",
                gone.fn(),
                gone.calls(),
                gone.dead());
    }

    /// Calls for people: the dead, newest first, or those owed, oldest first. Waits.
    public List<Entry> list(boolean deadOnes, int most) throws InterruptedException {
        return ask(store -> store.list(deadOnes, most));
    }

    /// The dead call of that id. Waits.
    public @Nullable Entry dead(String id) throws InterruptedException {
        var found = ask(store -> Stream.ofNullable(store.dead(id)).toList());
        return found.isEmpty() ? null : found.getFirst();
    }

    private List<Entry> ask(Question question) throws InterruptedException {
        var answer = new CompletableFuture<List<Entry>>();
        reading(store -> {
            try {
                answer.complete(question.to(store));
            } catch (SQLException e) {
                answer.completeExceptionally(e);
                throw e;
            }
        });
        try {
            return answer.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new UncheckedIOException(new IOException("the journal does not answer", e));
        }
    }

    /// Calls owed, dead ones not counted.
    public long calls() {
        return counts.calls();
    }

    /// Bytes of their events.
    public long bytes() {
        return counts.bytes();
    }

    public long deadCalls() {
        return counts.dead();
    }

    public Health health() {
        var found = damaged;
        return writing instanceof Health.Down || found == null ? writing : found;
    }

    private void run() {
        try {
            while (true) {
                Batch batch;
                List<Reading> questions;
                synchronized (this) {
                    awaitWork();
                    batch = next;
                    questions = readings;
                    next = new Batch();
                    readings = new ArrayList<>();
                    if (closing && batch.isEmpty() && questions.isEmpty()) {
                        return;
                    }
                }
                if (write(batch)) {
                    batch.synced();
                    open(store).tidy();
                }
                questions.forEach(this::answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed in the middle of a failing disk
        }
    }

    /// Waits until a batch is due. Under the lock.
    private void awaitWork() throws InterruptedException {
        while (!closing && readings.isEmpty()) {
            long left = next.due(System.nanoTime());
            if (left <= 0) {
                return;
            }
            if (left == Long.MAX_VALUE) {
                wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }

    /// @return false if it could not be written and there is no time left
    private boolean write(Batch batch) throws InterruptedException {
        if (batch.isEmpty()) {
            return true;
        }
        while (true) {
            try {
                writeOnce(batch);
                writing = Health.UP;
                commits.increment();
                return true;
            } catch (SQLException e) {
                if (closing) {
                    LOG.log(
                            Level.ERROR,
                            "{0} calls could not be written at the end: {1}",
                            batch.size(),
                            e.getMessage());
                    return false;
                }
                if (writing instanceof Health.Up) {
                    LOG.log(Level.ERROR, "cannot write {0}: {1}; trying again every second", file, e.getMessage());
                }
                writing = Health.down("calls cannot be written to disk: " + e.getMessage(), Damaged.advice(e, file));
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private void writeOnce(Batch batch) throws SQLException {
        var open = open(store);
        try {
            if (failing) {
                throw new SQLException("the disk refuses");
            }
            int rows = batch.writeTo(open);
            if (counts.dead() > deadMost) {
                counts.trimmed(open.trimDead(deadMost));
            }
            open.commit();
            written.add(rows);
        } catch (SQLException e) {
            open.rollback();
            throw e;
        }
    }

    private void answer(Reading reading) {
        try {
            reading.from(open(store));
        } catch (SQLException e) {
            LOG.log(Level.ERROR, "cannot read " + file, e);
        }
    }

    private static Store open(@Nullable Store store) {
        if (store == null) {
            throw new IllegalStateException("the journal is not open");
        }
        return store;
    }

    /// Writes what is left and closes the file.
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        try {
            thread.join(5000);
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(1000);
            }
            if (store != null) {
                store.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "closing {0}: {1}", file, e.getMessage());
        }
    }
}
