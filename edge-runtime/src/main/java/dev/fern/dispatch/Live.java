package dev.fern.dispatch;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The calls in memory, by their places. Any thread.
final class Live {
    private final Map<Long, Item> items = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    void enter(Item item) {
        items.put(item.seq, item);
        bytes.addAndGet(item.call.event().size());
    }

    void leave(Item item) {
        if (items.remove(item.seq, item)) {
            bytes.addAndGet(-item.call.event().size());
        }
    }

    /// Null if it is not in memory.
    @Nullable Item get(long seq) {
        return items.get(seq);
    }

    Collection<Item> all() {
        return items.values();
    }

    int size() {
        return items.size();
    }

    /// Those that are in memory only.
    long unkept() {
        return items.values().stream()
                .filter(item -> item.disk == Item.Disk.NONE)
                .count();
    }

    /// Of their events.
    long bytes() {
        return bytes.get();
    }
}
