package dev.fern.invoke;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Ends calls that overrun, whatever their function does. One thread looks at all workers, then sleeps until
/// the nearest deadline but at most [#LOOK], which is the shortest time-out Fn has: a call that starts
/// meanwhile cannot overrun before the next look. With no call under way it sleeps until one starts.
final class Watchdog implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private final Consumer<Worker> overrun;
    private final Thread thread;
    private volatile boolean resting;
    private volatile boolean closed;

    Watchdog(Consumer<Worker> overrun) {
        this.overrun = overrun;
        thread = Thread.ofPlatform().name("fern-watchdog").daemon(true).start(this::run);
    }

    void add(Worker worker) {
        workers.add(worker);
    }

    void remove(Worker worker) {
        workers.remove(worker);
    }

    /// A worker has set its deadline, that far away.
    void started(Duration limit) {
        if (resting || limit.compareTo(LOOK) < 0) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            resting = true; // before the look: whoever starts after it sees it and wakes us
            long sleep = look();
            if (sleep == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                resting = false;
                LockSupport.parkNanos(this, sleep);
            }
        }
    }

    private long look() {
        long sleep = Long.MAX_VALUE;
        long now = System.nanoTime();
        for (var worker : workers) {
            if (worker.current == null) {
                continue;
            }
            long left = worker.deadlineNanos - now;
            if (left <= 0) {
                overrun.accept(worker);
            } else {
                sleep = Math.min(sleep, Math.min(left, LOOK.toNanos()));
            }
        }
        return sleep;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
