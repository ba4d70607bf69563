package dev.fern.polyglot;

import com.sun.management.ThreadMXBean;
import dev.fern.Heap;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Watches the loading of a function on the thread that makes it: stops it when it takes too long, or
/// takes memory that is not there. A thread of its own until it is closed.
final class StartGuard implements AutoCloseable {
    private static final Heap HEAP = new Heap();
    /// How long the script's body, and what it awaits before it calls `fdk.handle`, may take; as on an
    /// Fn server.
    static final Duration START = Duration.ofSeconds(5);

    private static final long LOOK_MS = 5;

    private final CountDownLatch over = new CountDownLatch(1);
    private final Runnable stop;
    private final int memoryMb;
    private final long loading = Thread.currentThread().threadId();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long end = System.nanoTime() + START.toNanos();
    private final long before = threads.getThreadAllocatedBytes(loading);
    private volatile @Nullable String tripped;

    StartGuard(Runnable stop, int memoryMb) {
        this.stop = stop;
        this.memoryMb = memoryMb;
        Thread.ofPlatform().name("fern-js-start").daemon(true).start(() -> Heap.inSpite(this::run));
    }

    private void run() {
        try {
            while (!over.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() > end) {
                    trip("did not finish in " + START.toSeconds() + " s");
                    return;
                }
                // allocation says when to look, the heap says whether it matters
                long allocated = threads.getThreadAllocatedBytes(loading);
                if (allocated - before > (long) memoryMb << 20 && !HEAP.holds(0)) {
                    trip("used more memory than there is");
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void trip(String why) {
        tripped = why;
        stop.run();
    }

    /// Why it stopped the loading, or null if it did not.
    @Nullable String tripped() {
        return tripped;
    }

    @Override
    public void close() {
        over.countDown();
    }
}
