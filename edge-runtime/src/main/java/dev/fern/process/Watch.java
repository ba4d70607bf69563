package dev.fern.process;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Looks at the processes and kills one that takes more than it may: the guard that every Linux has. One
/// thread; closely while a call runs, from time to time while none does, not at all without processes.
final class Watch implements AutoCloseable {
    /// Between two looks while a call runs.
    static final long CLOSE_MS = 50;
    /// Between two looks at a process without a call.
    static final long LOOSE_MS = 1000;

    /// What is watched.
    interface Watched {
        boolean busy();

        /// Looks, and kills if need be.
        void look();
    }

    private final Set<Watched> all = ConcurrentHashMap.newKeySet();
    private final Thread thread =
            Thread.ofPlatform().name("fern-process-watch").daemon(true).unstarted(this::run);
    private volatile boolean resting;
    private volatile boolean closed;

    void start() {
        thread.start();
    }

    void add(Watched one) {
        all.add(one);
        LockSupport.unpark(thread);
    }

    void remove(Watched one) {
        all.remove(one);
    }

    /// Somebody is busy now. Cheap if others are.
    void hurry() {
        if (resting) {
            LockSupport.unpark(thread);
        }
    }

    int size() {
        return all.size();
    }

    private void run() {
        long loose = System.nanoTime();
        while (!closed) {
            boolean turn = System.nanoTime() - loose >= LOOSE_MS * 1_000_000;
            if (turn) {
                loose = System.nanoTime();
            }
            resting = true; // before the look: who becomes busy after it wakes us
            boolean busy = false;
            for (var one : all) {
                busy |= one.busy();
                if (turn || one.busy()) {
                    one.look();
                }
            }
            if (all.isEmpty()) {
                LockSupport.park(this);
            } else {
                resting = !busy;
                LockSupport.parkNanos(this, (busy ? CLOSE_MS : LOOSE_MS) * 1_000_000);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
