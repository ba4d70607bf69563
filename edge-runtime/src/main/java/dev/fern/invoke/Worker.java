package dev.fern.invoke;

import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Result;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A platform thread with one instance of one version of a function. It dies with the version, after `idle_timeout`
/// without a call, or when a call overruns; what the function left in thread locals dies with it.
final class Worker implements Runnable {
    private static final long[] NONE = {};
    /// Made before there is none.
    private static final Result NO_MEMORY = new Result.FunctionError("there was no memory left to end the call");

    private final Invoker invoker;
    final Version version;
    final Thread thread;
    private volatile FunctionRuntime.@Nullable Instance instance;

    /// The next call, put here under the invoker's lock.
    volatile @Nullable Job next;
    /// Told to end, under the invoker's lock.
    volatile boolean dismissed;

    /// The last call it took. Its own thread's.
    private @Nullable Job taken;

    /// The call under way and when it is over time, for the watchdog.
    volatile @Nullable Job current;
    volatile long deadlineNanos;
    /// What its thread had allocated before the call.
    volatile long allocatedBefore;
    /// How many collections of the whole heap there had been.
    volatile long collectionsBefore;
    /// The watchdog's notes on the call.
    MemoryWatch.@Nullable Usage usage;
    /// Its instance while the call is held, by the watchdog.
    private FunctionRuntime.@Nullable Instance suspect;

    /// Its call overran: whatever it does from here on is nobody's business.
    volatile boolean abandoned;

    Worker(Invoker invoker, Version version) {
        this.invoker = invoker;
        this.version = version;
        thread = Thread.ofPlatform()
                .name("fern-fn " + version.fn.name())
                .daemon(true)
                .unstarted(this);
        thread.setUncaughtExceptionHandler((_, e) -> invoker.bug(version.fn.name(), "-", e));
    }

    @Override
    public void run() {
        try {
            if (version.fn.warm()) {
                warmUp();
            }
            while (!abandoned && awaitJob() instanceof Job job) {
                next = null;
                taken = job;
                var result = run(job);
                if (instance instanceof FunctionRuntime.Instance used && used.spent()) {
                    closeInstance();
                }
                if (!abandoned) {
                    invoker.finished(this, job, result);
                }
            }
        } finally {
            if (!abandoned && taken instanceof Job last) {
                last.end(NO_MEMORY); // if it has not ended
            }
            closeInstance();
            invoker.ended(this);
        }
    }

    /// Starts the instance before the first call; what goes wrong shows again, and better, at that call.
    private void warmUp() {
        try {
            instance = version.program.start();
        } catch (InvalidDefinitionException | RuntimeException | LinkageError e) {
            invoker.logs.add(version.fn.name() + " -", "could not be started: " + e.getMessage());
        }
    }

    private Result run(Job job) {
        try {
            Thread.interrupted(); // a function may have interrupted itself
            if (instance instanceof FunctionRuntime.Instance before && before.spent()) {
                closeInstance(); // its process has died while nobody called it
            }
            var warm = instance;
            if (warm == null) {
                invoker.watch(this, job, Invoker.START_LIMIT);
                instance = warm = version.program.start();
            }
            invoker.watch(this, job, version.fn.timeout());
            var deadline = invoker.time.now().plus(version.fn.timeout());
            return warm.call(job.call, deadline, invoker.logs.of(version.fn.name(), job.call.id()));
        } catch (InvalidDefinitionException e) {
            return new Result.FunctionError(e.problem().toString());
        } catch (InterruptedException e) {
            return new Result.FunctionError("interrupted");
        } catch (Throwable e) { // an Error of the function's must not end this thread silently
            invoker.bug(version.fn.name(), job.call.id(), e);
            return new Result.FunctionError(e.toString());
        } finally {
            current = null;
        }
    }

    /// Waits for the next call, or null when this worker shall end.
    private @Nullable Job awaitJob() {
        long until = System.nanoTime() + version.fn.idleTimeout().toNanos();
        while (next == null && !dismissed) {
            long left = until - System.nanoTime();
            if (left <= 0 && !version.fn.warm()) {
                if (invoker.mayLeave(this)) {
                    return null;
                }
                until = System.nanoTime() + version.fn.idleTimeout().toNanos();
                continue;
            }
            if (version.fn.warm()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
        return next;
    }

    /// The ids of the threads that its instance has beside this one. Any thread.
    long[] threads() {
        return instance instanceof FunctionRuntime.Instance running ? running.threads() : NONE;
    }

    /// Its call has overrun: makes the runtime end it, as far as it can. Any thread.
    void stop() {
        thread.interrupt();
        try {
            if (instance instanceof FunctionRuntime.Instance overrun) {
                overrun.stop();
            } else {
                version.runtime.stop(thread);
            }
        } catch (RuntimeException | OutOfMemoryError e) { // the gate is closed before anything is needed
            invoker.bug(version.fn.name(), "-", e);
        }
    }

    /// Makes its call wait, or lets it go on. The watchdog's.
    ///
    /// @return whether that changed anything
    boolean hold(boolean wait) {
        var before = suspect;
        if (wait && before == null && instance instanceof FunctionRuntime.Instance suspected) {
            suspect = suspected;
            suspected.hold(true);
            return true;
        }
        if (!wait && before != null) {
            suspect = null;
            before.hold(false);
            return true;
        }
        return false;
    }

    private void closeInstance() {
        var closing = instance;
        instance = null;
        if (closing == null) {
            return;
        }
        try {
            closing.close();
        } catch (RuntimeException | OutOfMemoryError e) { // its hog may have taken what that needs
            invoker.bug(version.fn.name(), "-", e);
        }
    }
}
