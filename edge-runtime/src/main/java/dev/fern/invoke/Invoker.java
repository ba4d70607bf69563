package dev.fern.invoke;

import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Result;
import dev.fern.Time;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs calls on instances of functions: never more than `fern/concurrency` of one function and
/// `limits.running` of all at once, each ended at its time-out whatever the function does. Any thread; only
/// [#load] waits.
///
/// One lock guards who runs and who waits; no function code and no callback runs under it.
public final class Invoker implements AutoCloseable {
    /// How long an instance may take to start: a process has 5 s, as on an Fn server
    /// (FN_HOT_START_TIMEOUT_MSECS), and a moment to end and to say why.
    static final Duration START_LIMIT = Duration.ofSeconds(8);
    /// Synchronous calls that may wait for one function.
    private static final int WAITING_MOST = 64;

    private static final Duration BUSY = Duration.ofSeconds(1);
    private static final System.Logger LOG = System.getLogger("fern.invoke");

    /// A function by name: its calls outlive its versions.
    private static final class Queue {
        @Nullable Version version;

        final ArrayDeque<Job> first = new ArrayDeque<>();
        final ArrayDeque<Job> jobs = new ArrayDeque<>();
        boolean starved;
    }

    final Time time;
    final Logs logs;
    private final int runningMost;
    private final List<FunctionRuntime> runtimes;
    private final Watchdog watchdog = new Watchdog(this::overrun);
    private final Loader loader;
    private final Map<FnName, Queue> queues = new HashMap<>();
    private final ArrayDeque<Queue> starving = new ArrayDeque<>();
    private int running;
    private boolean closed;

    public Invoker(int runningMost, Time time, Logs logs, List<FunctionRuntime> runtimes, Metrics metrics) {
        this.runningMost = runningMost;
        this.time = time;
        this.logs = logs;
        this.runtimes = List.copyOf(runtimes);
        loader = new Loader(this.runtimes);
        metrics.gauge(() -> running, "fern_calls_running");
        metrics.gauge(() -> stuck(), "fern_threads_stuck");
    }

    /// Loads a version beside the one that runs. Waits, up to 30 s for code that does not end.
    ///
    /// @throws InvalidDefinitionException if it cannot be loaded
    public Version load(Fn fn, Bundle bundle) throws InvalidDefinitionException, InterruptedException {
        return loader.load(fn, bundle);
    }

    /// From now on calls of that function run on this version; the one before ends when its calls have.
    public void install(Version version) {
        Version before;
        synchronized (this) {
            var queue = queues.computeIfAbsent(version.fn.name(), _ -> new Queue());
            before = queue.version;
            queue.version = version;
            retire(before);
            dispatch(queue);
            if (version.fn.warm() && version.workers == 0) {
                var worker = hire(version);
                version.idle.push(worker);
                worker.thread.start();
            }
        }
        closeIfDone(before);
    }

    /// The function is gone; its waiting calls end as unavailable.
    public void remove(FnName name) {
        Queue queue;
        synchronized (this) {
            queue = queues.remove(name);
            if (queue == null) {
                return;
            }
            retire(queue.version);
            starving.remove(queue);
        }
        closeIfDone(queue.version);
        queue.first.forEach(job -> job.end(gone(name)));
        queue.jobs.forEach(job -> job.end(gone(name)));
    }

    /// Runs a call as soon as there is room. The result comes on the thread that ran it, or the watchdog's;
    /// what is done with it there must be short.
    ///
    /// @param ahead a caller is waiting: before those that nobody waits for
    public void submit(FnName name, Call call, boolean ahead, Consumer<Result> done) {
        var job = new Job(call, logs.watching(name, call.id(), done));
        Result refusal;
        synchronized (this) {
            var queue = queues.get(name);
            refusal = refusal(name, queue, ahead);
            if (refusal == null && queue != null) {
                (ahead ? queue.first : queue.jobs).add(job);
                dispatch(queue);
            }
        }
        if (refusal != null) {
            job.end(refusal);
        }
    }

    private Result.@Nullable Unavailable refusal(FnName name, @Nullable Queue queue, boolean ahead) {
        if (queue == null || queue.version == null || closed) {
            return gone(name);
        }
        if (queue.version.conduct.refusal() instanceof Result.Unavailable refusal) {
            return refusal;
        }
        return ahead && queue.first.size() >= WAITING_MOST
                ? new Result.Unavailable(WAITING_MOST + " callers are waiting for " + name, BUSY)
                : null;
    }

    private static Result.Unavailable gone(FnName name) {
        return new Result.Unavailable(name + " is not loaded here", BUSY);
    }

    /// Takes back a call that has not started.
    ///
    /// @return false if it has
    public boolean cancel(FnName name, Call call) {
        synchronized (this) {
            var queue = queues.get(name);
            return queue != null
                    && (queue.first.removeIf(job -> job.is(call)) || queue.jobs.removeIf(job -> job.is(call)));
        }
    }

    /// Why the function is quarantined, or null.
    public synchronized @Nullable String quarantine(FnName name) {
        var queue = queues.get(name);
        return queue == null || queue.version == null ? null : queue.version.conduct.quarantine();
    }

    /// Lets a function that is quarantined, or held back for a while, run again as if nothing had been.
    ///
    /// @return false if it is not
    public synchronized boolean pardon(FnName name) {
        var queue = queues.get(name);
        if (queue == null || queue.version == null || !queue.version.conduct.pardon()) {
            return false;
        }
        dispatch(queue);
        return true;
    }

    /// What holds bad functions back on this device, by runtime.
    public Map<String, List<String>> guards() {
        return loader.guards();
    }

    public synchronized int running(FnName name) {
        var queue = queues.get(name);
        return queue == null || queue.version == null ? 0 : queue.version.running;
    }

    private synchronized int stuck() {
        return queues.values().stream()
                .mapToInt(queue -> queue.version == null ? 0 : queue.version.conduct.stuck())
                .sum();
    }

    /// Starts what may start. Under the lock.
    private void dispatch(Queue queue) {
        var version = queue.version;
        while (version != null
                && version.conduct.refusal() == null
                && !(queue.first.isEmpty() && queue.jobs.isEmpty())
                && version.running < version.fn.concurrency()) {
            if (running >= runningMost) {
                if (!queue.starved) {
                    queue.starved = true;
                    starving.add(queue);
                }
                return;
            }
            var job = queue.first.isEmpty() ? queue.jobs.remove() : queue.first.remove();
            version.running++;
            running++;
            var worker = version.idle.poll();
            if (worker == null) {
                worker = hire(version);
                worker.next = job;
                worker.thread.start();
            } else {
                worker.next = job;
                if (!Thread.currentThread().equals(worker.thread)) {
                    LockSupport.unpark(worker.thread);
                }
            }
        }
    }

    private Worker hire(Version version) {
        var worker = new Worker(this, version);
        version.workers++;
        watchdog.add(worker);
        return worker;
    }

    /// A worker is about to run its call for that long at most.
    void watch(Worker worker, Job job, Duration limit) {
        worker.allocatedBefore = MemoryWatch.allocated();
        worker.collectionsBefore = MemoryWatch.collections();
        worker.deadlineNanos = System.nanoTime() + limit.toNanos();
        worker.current = job;
        watchdog.started(limit);
    }

    /// A worker's call has ended in time; its caller is told, then the worker takes the next.
    void finished(Worker worker, Job job, Result result) {
        boolean counted;
        boolean harmful = !(result instanceof Result.Success) && MemoryWatch.isCostly(worker);
        synchronized (this) {
            counted = !worker.abandoned;
            if (counted) {
                worker.version.running--;
                running--;
                worker.version.ended(job, harmful, result);
                if (worker.version.retired) {
                    worker.dismissed = true;
                } else {
                    worker.version.idle.push(worker);
                }
            }
        }
        job.end(result);
        if (counted) {
            flush(worker.version);
        }
    }

    /// A place is free: for this function, and for those that waited for one of all places. Under the lock.
    private void next(Version version) {
        var queue = queues.get(version.fn.name());
        if (queue != null) {
            dispatch(queue);
        }
        while (running < runningMost && starving.poll() instanceof Queue hungry) {
            hungry.starved = false;
            dispatch(hungry);
        }
    }

    /// The watchdog found a call over time or over its memory: its caller is told now, its thread is left behind.
    private void overrun(Worker worker, @Nullable Job job, Result why) {
        if (job == null) {
            renew(worker, why);
            return;
        }
        var version = worker.version;
        boolean harmful = MemoryWatch.isCostly(worker);
        synchronized (this) {
            if (worker.abandoned || !job.equals(worker.current)) { // it ended just now
                return;
            }
            worker.abandoned = true;
            watchdog.remove(worker);
            version.running--;
            running--;
            version.conduct.hasStuckThread();
            version.ended(job, harmful, why);
        }
        worker.stop();
        job.end(why);
        flush(version);
    }

    /// An idle worker's function takes too much: its instance ends, the next call starts another.
    private void renew(Worker worker, Result why) {
        synchronized (this) {
            if (!worker.version.idle.remove(worker)) {
                return;
            }
            worker.dismissed = true;
        }
        logs.add(worker.version.fn.name() + " -", "starts anew between calls: " + why);
        worker.stop();
        LockSupport.unpark(worker.thread);
    }

    /// Goes on with the function's other calls, or ends them if it is held back now.
    private void flush(Version version) {
        List<Job> refused = List.of();
        Result.Unavailable why;
        synchronized (this) {
            var queue = queues.get(version.fn.name());
            why = version.conduct.refusal();
            if (queue != null && version.equals(queue.version) && why != null) {
                refused = new ArrayList<>(queue.first);
                refused.addAll(queue.jobs);
                queue.first.clear();
                queue.jobs.clear();
            }
            next(version);
        }
        for (var job : refused) {
            job.end(Objects.requireNonNull(why));
        }
    }

    /// A worker that waited for a whole idle time-out asks to end.
    synchronized boolean mayLeave(Worker worker) {
        return worker.next == null && worker.version.idle.remove(worker);
    }

    /// A worker's thread ends.
    void ended(Worker worker) {
        watchdog.remove(worker);
        synchronized (this) {
            worker.version.workers--;
            if (worker.abandoned) {
                worker.version.conduct.lostStuckThread();
            }
        }
        closeIfDone(worker.version);
    }

    private void retire(@Nullable Version version) {
        if (version != null) {
            version.retired = true;
            for (var worker : version.idle) {
                worker.dismissed = true;
                LockSupport.unpark(worker.thread);
            }
            version.idle.clear();
        }
    }

    /// Frees a retired version when its calls have ended; a stuck thread does not keep the rest of it.
    private void closeIfDone(@Nullable Version version) {
        if (version == null) {
            return;
        }
        synchronized (this) {
            if (!version.retired || version.running > 0 || version.freed) {
                return;
            }
            version.freed = true;
        }
        try {
            version.program.close();
        } catch (RuntimeException e) {
            bug(version.fn.name(), "-", e);
        }
    }

    void bug(FnName fn, String call, Throwable e) {
        if (e instanceof OutOfMemoryError) {
            return; // a log line needs memory too, and the call says why it ended
        }
        LOG.log(Level.ERROR, "call " + call + " of " + fn + " failed inside Fern; please report this", e);
    }

    /// Dismisses all workers, frees all code. Calls under way are interrupted.
    @Override
    public void close() {
        List<FnName> names;
        synchronized (this) {
            closed = true;
            names = List.copyOf(queues.keySet());
        }
        names.forEach(this::remove);
        watchdog.close();
        loader.close();
        runtimes.forEach(FunctionRuntime::close);
    }
}
