package dev.fern.dispatch;

import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import org.jspecify.annotations.Nullable;

/// Puts calls on disk, and takes them off. The item's lock is held throughout.
final class Shelf {
    private final Journal journal;

    Shelf(Journal journal) {
        this.journal = journal;
    }

    /// Makes the item's row say this state, with what is owed now; makes the row if there is none.
    ///
    /// @param safe runs once it is safe, on the journal's thread; null if nobody waits for it
    /// @param added runs once a new row is safe
    void put(Item item, Entry.State state, @Nullable Runnable safe, Runnable added) {
        synchronized (item) {
            if (item.disk == Item.Disk.NONE) {
                item.disk = Item.Disk.WRITING;
                journal.add(item.entry(state), () -> {
                    synchronized (item) {
                        item.disk = Item.Disk.SAFE;
                    }
                    added.run();
                    if (safe != null) {
                        safe.run();
                    }
                });
            } else {
                journal.update(item.entry(state), item.rowState, safe);
            }
            item.rowState = state;
        }
    }

    /// The call is owed no more.
    void forget(Item item) {
        synchronized (item) {
            if (item.disk != Item.Disk.NONE) {
                journal.forget(item.entry(item.rowState));
            }
        }
    }
}
