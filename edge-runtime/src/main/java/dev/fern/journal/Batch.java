package dev.fern.journal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Changes that go to disk with one sync. Several of one call become one, and a call that is forgotten before
/// it was written leaves no trace. Its owner's lock guards it.
final class Batch {
    /// Calls that one sync waits for.
    private static final int MOST = 64;
    /// How long it waits for them.
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /// How long it waits if nobody waits for it.
    private static final long LAZY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// What is to become of one row.
    private static final class Change {
        @Nullable Entry entry;

        boolean onDisk;
        boolean forget;
        final List<Runnable> synced = new ArrayList<>(1);
    }

    private final Map<Long, Change> changes = new LinkedHashMap<>();
    private final Map<String, Long> marks = new HashMap<>();
    /// How many calls somebody waits for, and marks.
    private int awaited;

    private long awaitedSince;
    private long changedSince;

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        return changes.size() + marks.size();
    }

    /// Whether it changes that row.
    boolean has(long seq) {
        return changes.containsKey(seq);
    }

    /// Nanoseconds until it must be written; none or less: now.
    long due(long now) {
        if (awaited > 0) {
            return awaited >= MOST ? 0 : awaitedSince + WINDOW_NANOS - now;
        }
        return isEmpty() ? Long.MAX_VALUE : changedSince + LAZY_NANOS - now;
    }

    /// Whether the last change may have made it due earlier.
    boolean isHastened() {
        return size() == 1 || awaited == 1 || awaited >= MOST;
    }

    private void waited() {
        if (awaited++ == 0) {
            awaitedSince = System.nanoTime();
        }
    }

    void add(Entry entry, Runnable synced) {
        var change = change(entry.seq());
        change.entry = entry;
        change.synced.add(synced);
        waited();
    }

    void update(Entry entry, @Nullable Runnable synced) {
        var change = change(entry.seq());
        change.onDisk |= change.entry == null;
        change.entry = entry;
        if (synced != null) {
            change.synced.add(synced);
            waited();
        }
    }

    /// @return what waited for it to be safe, if it was never written
    List<Runnable> forget(long seq) {
        var change = change(seq);
        if (change.entry != null && !change.onDisk) {
            changes.remove(seq);
            awaited -= change.synced.size();
            return change.synced;
        }
        change.onDisk = true;
        change.forget = true;
        return List.of();
    }

    void mark(String name, long value) {
        marks.put(name, value);
        waited();
    }

    private Change change(long seq) {
        if (isEmpty()) {
            changedSince = System.nanoTime();
        }
        return changes.computeIfAbsent(seq, _ -> new Change());
    }

    /// Applies all, without the commit.
    ///
    /// @return how many rows it wrote
    int writeTo(Store store) throws SQLException {
        int rows = 0;
        for (var change : changes.entrySet()) {
            var entry = change.getValue().entry;
            if (change.getValue().forget) {
                store.forget(change.getKey());
            } else if (entry != null) {
                store.put(entry);
                rows++;
            }
        }
        for (var mark : marks.entrySet()) {
            store.mark(mark.getKey(), mark.getValue());
        }
        return rows;
    }

    /// Tells those who wait that it is safe.
    void synced() {
        changes.values().forEach(change -> change.synced.forEach(Runnable::run));
    }
}
