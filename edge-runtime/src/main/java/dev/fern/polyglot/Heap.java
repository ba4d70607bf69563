package dev.fern.polyglot;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Whether the heap has room, asked before a function takes much of it in one piece: no watch that
/// looks now and then would see that in time. Any thread.
final class Heap {
    /// Of the pool of old objects, in which large ones are made, the part that functions may fill, in
    /// percent.
    static final int FULL = 85;
    /// How long a refusal for want of room is believed before the garbage is collected again.
    static final long ASK_AGAIN_MS = 1000;

    private static final @Nullable MemoryPoolMXBean OLD = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && !pool.getName().matches(".*(Eden|Survivor).*"))
            .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
            .orElse(null);

    private static long collectedNanos = System.nanoTime() - ASK_AGAIN_MS * 1_000_000;

    private Heap() {}

    /// Whether so many bytes can be had; collects the garbage before it says no, but not more than once
    /// a second.
    static boolean hasRoom(long bytes) {
        return fits(bytes) || collect() && fits(bytes);
    }

    private static synchronized boolean collect() {
        if (System.nanoTime() - collectedNanos < ASK_AGAIN_MS * 1_000_000) {
            return false;
        }
        System.gc();
        collectedNanos = System.nanoTime();
        return true;
    }

    private static boolean fits(long bytes) {
        if (OLD == null) {
            return true;
        }
        var usage = OLD.getUsage();
        long most = usage.getMax() < 0 ? Runtime.getRuntime().maxMemory() : usage.getMax();
        return usage.getUsed() + bytes <= most / 100 * FULL;
    }
}
