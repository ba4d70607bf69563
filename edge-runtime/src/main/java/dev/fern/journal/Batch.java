package dev.fern.journal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes that go to disk with one sync. Several of one call become one, and a call that is forgotten before
/// it was written leaves no trace. Its owner's lock guards it.
final class Batch {
    /// What is to become of one row.
    private static final class Change {
        @Nullable Entry entry;

        boolean onDisk;
        boolean forget;
        final List<Runnable> synced = new ArrayList<>(1);
    }

    private final Map<Long, Change> changes = new LinkedHashMap<>();
    private final Map<String, Long> marks = new HashMap<>();
    private int awaited;

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        return changes.size() + marks.size();
    }

    /// How many calls somebody waits for, and marks.
    int awaited() {
        return awaited;
    }

    void add(Entry entry, Runnable synced) {
        var change = change(entry.seq());
        change.entry = entry;
        change.synced.add(synced);
        awaited++;
    }

    void update(Entry entry, @Nullable Runnable synced) {
        var change = change(entry.seq());
        change.onDisk |= change.entry == null;
        change.entry = entry;
        if (synced != null) {
            change.synced.add(synced);
            awaited++;
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
        awaited++;
    }

    private Change change(long seq) {
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
