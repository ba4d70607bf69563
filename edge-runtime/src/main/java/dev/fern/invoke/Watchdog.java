package dev.fern.invoke;

import dev.fern.Heap;
import dev.fern.Result;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Ends calls that overrun their time or their memory, whatever their function does. One thread looks at all
/// workers, then sleeps until the nearest deadline but at most [#LOOK], which is the shortest time-out Fn
/// has: a call that starts meanwhile cannot overrun before the next look. While calls run in this process it
/// looks every [MemoryWatch#LOOK]. With no call under way and no thread left by one it sleeps until one
/// starts, and then a moment longer, so that short calls cost one look.
final class Watchdog implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);
    /// How often it looks at functions that left threads behind.
    private static final Duration THREADS = Duration.ofMillis(50);

    private static final System.Logger LOG = System.getLogger("fern.invoke");
    private static final int RESERVE_BYTES = 1 << 20;

    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private final MemoryWatch memory = new MemoryWatch();
    private final Overrun overrun;
    private final Thread thread;
    /// Memory to work with when there is none left. Nobody reads it.
    @SuppressWarnings({"unused", "FieldCanBeLocal"})
    private byte @Nullable [] reserve = new byte[RESERVE_BYTES];

    private @Nullable Worker[] snapshot = {};
    private int faults;
    /// Whether the last look ended a call.
    private boolean ended;
    private volatile boolean resting;
    private volatile boolean closed;

    /// What is done with a call that must end.
    interface Overrun {
        void end(Worker worker, @Nullable Job job, Result result);
    }

    Watchdog(Overrun overrun) {
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
            long sleep = MemoryWatch.LOOK.toNanos();
            ended = false;
            try {
                sleep = look();
            } catch (Throwable e) { // want of memory has many faces
                if (e instanceof RuntimeException && faults++ == 0) {
                    LOG.log(System.Logger.Level.ERROR, "the watchdog failed inside Fern; please report this", e);
                }
                sleep = 1; // of all threads this one must go on, with what it has put by for that
                reserve = null;
                despair();
            }
            memory.letGo(ended);
            Heap.looked();
            if (sleep == Long.MAX_VALUE) {
                LockSupport.park(this);
                LockSupport.parkNanos(this, MemoryWatch.LOOK.toNanos());
            } else {
                resting = false;
                LockSupport.parkNanos(this, sleep);
            }
        }
    }

    private void despair() {
        try {
            MemoryWatch.despair(snapshot);
        } catch (Throwable e) {
            // again at once
        }
    }

    private long look() {
        snapshot = workers.toArray(snapshot);
        if (reserve == null && memory.hasRoom()) {
            reserve = new byte[RESERVE_BYTES];
        }
        long sleep = Long.MAX_VALUE;
        long now = System.nanoTime();
        for (var worker : workers) {
            var job = worker.current;
            if (job == null) {
                if (worker.threads().length > 0) { // nobody waits for them, and they can fill the heap
                    sleep = Math.min(sleep, THREADS.toNanos());
                }
                continue;
            }
            long left = worker.deadlineNanos - now;
            if (left <= 0) {
                overrun.end(worker, job, new Result.TimedOut(worker.version.fn.timeout()));
            } else {
                var longest = !worker.version.runtime.sharesHeap()
                        ? LOOK
                        : memory.isTight() ? MemoryWatch.LOOK_CLOSELY : MemoryWatch.LOOK;
                sleep = Math.min(sleep, Math.min(left, longest.toNanos()));
            }
        }
        if (memory.look(workers) instanceof MemoryWatch.Verdict verdict) {
            overrun.end(verdict.worker(), verdict.job(), verdict.result());
            ended = true;
        }
        return sleep;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
