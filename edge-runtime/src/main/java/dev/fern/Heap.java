package dev.fern;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The part of the JVM's heap where long-lived objects are, which all functions in this process share. What is in use
/// there is known to be alive just after a collection; before, some of it is garbage. Any thread.
public final class Heap {
    /// The percentage that may be in use after a collection.
    static final int FULL_PERCENT = 75;

    /// The part of the whole heap that is kept free: one in so many.
    private static final int KEPT_FREE = 4;
    /// How long one that takes memory waits for the watch, which then has a reason not to answer.
    private static final long PACE_MS = 100;

    private static final long PACE_PART_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static volatile long looks;
    private static volatile @Nullable Thread watch;

    private static final long SOON = TimeUnit.SECONDS.toNanos(1);
    private static final Object COLLECTING = new Object();
    private static long collectedAt = System.nanoTime() - SOON;

    private final @Nullable MemoryPoolMXBean old = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
            .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
            .orElse(null);
    private final @Nullable GarbageCollectorMXBean collector = ManagementFactory.getGarbageCollectorMXBeans().stream()
            .filter(one ->
                    old != null && Arrays.asList(one.getMemoryPoolNames()).contains(old.getName()))
            .min(Comparator.comparingInt(one -> one.getName().contains("Young") ? 1 : 0))
            .orElse(null);

    /// Bytes there are.
    public long max() {
        long max = old == null ? -1 : old.getUsage().getMax();
        return max < 0 ? Runtime.getRuntime().maxMemory() : max;
    }

    /// Bytes in use now, garbage included.
    public long used() {
        return old == null ? 0 : old.getUsage().getUsed();
    }

    /// The same with those of young objects, which may be about to grow old.
    public long usedByAll() {
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /// Bytes that the last whole collection left; 0 if there was none yet.
    public long live() {
        var usage = old == null ? null : old.getCollectionUsage();
        return usage == null ? 0 : usage.getUsed();
    }

    /// How many whole collections there have been.
    public long collections() {
        return collector == null ? 0 : collector.getCollectionCount();
    }

    /// Whether that is more than should be in use after a collection.
    public boolean isFull(long bytes) {
        return bytes > max() / 100 * FULL_PERCENT;
    }

    /// Whether little is left, garbage not looked at.
    public boolean isTight() {
        var runtime = Runtime.getRuntime();
        return runtime.maxMemory() - usedByAll() < runtime.maxMemory() / KEPT_FREE;
    }

    /// For code of functions that may go on taking memory: while little is left, it waits until the watch has looked at
    /// it, so that it cannot be quicker. Takes no memory itself.
    public void pace() {
        if (!isTight()) {
            return;
        }
        long before = looks;
        long start = System.nanoTime();
        LockSupport.unpark(watch);
        boolean interrupted = Thread.interrupted(); // else it would not park
        // the second look from here on has begun after this
        while (looks - before < 2 && System.nanoTime() - start < PACE_MS * 1_000_000) {
            LockSupport.parkNanos(PACE_PART_NANOS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// The calling thread watches who takes memory, and has looked just now.
    @SuppressWarnings("NonAtomicVolatileUpdate") // one watch writes it; of two, each waits for either
    public static void looked() {
        watch = Thread.currentThread();
        looks++;
    }

    /// Whether so many more bytes can be had and leave some to others. May collect, as the JVM would at this point.
    public boolean holds(long bytes) {
        if (!isFull(used() + bytes)) {
            return true;
        }
        collect(live() + bytes < max() ? 0 : SOON);
        return !isFull(used() + bytes);
    }

    /// Runs what will free memory, and runs it again for as long as it fails for want of memory.
    public static void inSpite(Runnable freeing) {
        while (true) {
            try {
                freeing.run();
                return;
            } catch (OutOfMemoryError e) {
                LockSupport.parkNanos(AGAIN_NANOS);
            }
        }
    }

    /// Collects, which stops everybody, unless that was done less than so many nanoseconds ago.
    ///
    /// @return whether it was done
    public boolean collect(long pauseNanos) {
        long asked = System.nanoTime();
        synchronized (COLLECTING) {
            if (collectedAt - asked > 0) {
                return true; // while this thread waited for another that did it
            }
            if (asked - collectedAt < pauseNanos) {
                return false;
            }
            System.gc();
            collectedAt = System.nanoTime();
            return true;
        }
    }
}
