package dev.fern.invoke;

import com.sun.management.ThreadMXBean;
import dev.fern.Heap;
import dev.fern.Result;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the call that uses more memory than its function may, or that takes the last of the heap.
///
/// What a thread has allocated is known exactly and for next to nothing, but most of it is garbage at once.
/// So that only tells when to look: a call that has allocated as much as its function may have, while the
/// heap has grown as much, is stopped if a collection does not find that it was garbage. Used by one thread.
final class MemoryWatch {
    /// How often it looks while calls run.
    static final Duration LOOK = Duration.ofMillis(5);
    /// How long a call that was stopped gets to give its memory back before the next one is suspected.
    private static final long SETTLE_NANOS = Duration.ofMillis(250).toNanos();
    /// A collection stops everybody: so long there is no further one, unless the heap is full.
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long FULL_PAUSE_NANOS = Duration.ofMillis(200).toNanos();
    /// The part of the heap that a call must have allocated to be the reason why it is full: one in so many.
    private static final int LEAST = 20;
    /// The part of it that a call must have allocated to make a look at young objects worth a collection.
    private static final int QUARTER = 4;
    /// The part of the heap that one function may have: one in so many.
    private static final int SHARE = 2;

    /// How often it looks while there is little left.
    static final Duration LOOK_CLOSELY = Duration.ofMillis(1);

    private static final int RUNNING = 64;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final Heap ALL = new Heap();

    private final Heap heap = new Heap();
    /// Workers whose calls wait for a decision.
    private final ArrayList<Worker> held = new ArrayList<>(RUNNING);
    private long collections = heap.collections();
    private @Nullable Thread stopped;
    private long stoppedAt;
    /// Collections there had been when the last call that was stopped had given its memory back.
    private long settledCollections = heap.collections();

    /// A worker whose function must end what it does.
    ///
    /// @param job the call that ends, or null if none is under way: then its instance begins afresh
    /// @param result what the call gets
    record Verdict(Worker worker, @Nullable Job job, Result.FunctionError result) {}

    /// What is known of the call that a worker runs.
    private record Suspect(Worker worker, Job job, long allocated, Usage usage) {}

    /// What was known of a call when it was first seen.
    static final class Usage {
        private final Job job;
        /// What others have, at the most and at the least.
        private long used;
        private long live;
        private final long others;
        /// Allocated bytes up to which it is known to be no hog.
        private long cleared;

        private Usage(Job job, Heap heap, long others) {
            this.job = job;
            this.others = others;
            used = heap.used();
            live = heap.collections() == 0 ? used : Math.min(used, heap.live());
        }

        /// A collection has left so much: others cannot have more.
        private void collected(long left) {
            used = Math.min(used, left);
            live = Math.min(live, left);
        }
    }

    /// Bytes that the calling thread has ever allocated.
    static long allocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /// How many collections of the whole heap there have been.
    static long collections() {
        return ALL.collections();
    }

    /// Whether the worker's call, as far as it has come, has cost a collection of the whole heap: there was one, and
    /// the
    /// call has taken enough to be the reason. Any thread.
    static boolean isCostly(Worker worker) {
        return worker.version.runtime.sharesHeap()
                && ALL.collections() > worker.collectionsBefore
                && THREADS.getThreadAllocatedBytes(worker.thread.threadId()) - worker.allocatedBefore
                        >= ALL.max() / LEAST;
    }

    /// Whether the heap is as it should be.
    boolean hasRoom() {
        return !heap.isFull(heap.used());
    }

    /// Looks at the calls under way.
    ///
    /// @return the one that must end now, or null
    @Nullable Verdict look(Collection<Worker> workers) {
        var suspects = workers.stream()
                .filter(worker -> worker.version.runtime.sharesHeap())
                .map(this::suspect)
                .filter(suspect -> suspect != null)
                .toList();
        if (heap.isFull(heap.used()) || mayFill(suspects)) {
            suspects.stream().filter(this::matters).forEach(this::hold);
        }
        if (stopped != null && stopped.isAlive() && System.nanoTime() - stoppedAt < SETTLE_NANOS) {
            return null;
        }
        stopped = null;
        if (settledCollections == Long.MAX_VALUE) {
            settledCollections = heap.collections();
        }
        boolean collected = heap.collections() != collections;
        if (collected) {
            collections = heap.collections();
            long left = heap.live();
            suspects.forEach(one -> one.usage.collected(left));
        }
        var verdict = greedy(suspects, collected && collections > settledCollections);
        if (verdict == null && (heap.isFull(heap.used()) || mayFill(suspects))) {
            verdict = last(suspects, workers);
        }
        if (verdict != null) {
            stopped = verdict.worker.thread;
            stoppedAt = System.nanoTime();
            settledCollections = Long.MAX_VALUE;
        }
        return verdict;
    }

    /// Whether it can be the reason why the heap is full.
    private boolean matters(Suspect suspect) {
        return suspect.allocated - suspect.usage.cleared >= heap.max() / LEAST;
    }

    /// A collection and a decision take time, in which it could take the rest.
    private void hold(Suspect suspect) {
        if (suspect.worker.hold(true)) {
            held.add(suspect.worker);
        }
    }

    /// Lets those go on that wait for a decision, once it was made and carried out; while the heap is full and nothing
    /// could be decided yet, they wait. Takes no memory.
    void letGo(boolean decided) {
        if (!decided && heap.isFull(heap.used())) {
            return;
        }
        for (int i = 0; i < held.size(); i++) {
            held.get(i).hold(false);
        }
        held.clear();
    }

    /// Whether there is so little left that it should look more often.
    boolean isTight() {
        return heap.isTight();
    }

    /// Whether a call has made so many young objects that the heap is full if they stay.
    private boolean mayFill(List<Suspect> suspects) {
        return heap.isFull(heap.usedByAll())
                && suspects.stream().anyMatch(one -> one.allocated - one.usage.cleared >= heap.max() / QUARTER);
    }

    private @Nullable Suspect suspect(Worker worker) {
        var job = worker.current;
        if (job == null) {
            return null;
        }
        long others = others(worker);
        var usage = worker.usage;
        if (usage == null || !usage.job.equals(job)) {
            usage = new Usage(job, heap, others);
            worker.usage = usage;
        }
        long own = THREADS.getThreadAllocatedBytes(worker.thread.threadId()) - worker.allocatedBefore;
        return job.equals(worker.current)
                ? new Suspect(worker, job, own + Math.max(0, others - usage.others), usage)
                : null;
    }

    /// There is no memory at all, not even to look: ends the call that has allocated most, or what its threads do, and
    /// takes no memory for that. Its worker says how it ended.
    static void despair(@Nullable Worker[] workers) {
        Worker worst = null;
        long most = 0;
        for (var worker : workers) {
            if (worker == null || !worker.version.runtime.sharesHeap()) {
                continue;
            }
            long allocated = THREADS.getThreadAllocatedBytes(worker.thread.threadId()) - worker.allocatedBefore;
            for (long id : worker.threads()) {
                allocated += Math.max(0, THREADS.getThreadAllocatedBytes(id));
            }
            if (allocated > most && worker.current != null) {
                most = allocated;
                worst = worker;
            }
        }
        if (worst != null) {
            worst.stop();
        }
    }

    /// What the function may use: its memory, but no more than half of the heap.
    private long memory(Suspect suspect) {
        return Math.min((long) suspect.worker.version.fn.memoryMb() << 20, heap.max() / SHARE);
    }

    /// One that has more than its memory. Of several that could have it, the one whose allocations fit best: who has
    /// allocated much more has made garbage.
    ///
    /// A collection is worth its pause when what others had, garbage included, leaves no other answer:
    /// asked for sooner it finds a hog a little below its limit, and is needed once more.
    ///
    /// @param collected there was one since the last look, which will do
    private @Nullable Verdict greedy(List<Suspect> all, boolean collected) {
        var suspects = all.stream()
                .filter(one -> one.allocated - one.usage.cleared >= memory(one))
                .filter(one -> heap.usedByAll() - one.usage.used >= memory(one))
                .toList();
        if (suspects.isEmpty()) {
            return null;
        }
        suspects.forEach(this::hold);
        var found = collected ? guilty(suspects) : null;
        if (found == null) {
            if (!heap.collect(heap.usedByAll() > heap.max() / SHARE ? fullPause() : PAUSE_NANOS)) {
                return null;
            }
            found = guilty(suspects);
        }
        if (found == null) {
            suspects.forEach(one -> one.usage.cleared = one.allocated);
            return null;
        }
        return new Verdict(found.worker, found.job, tooMuch(found));
    }

    /// The one that had more than its memory at the last collection, which left what was alive then.
    private @Nullable Suspect guilty(List<Suspect> suspects) {
        long left = heap.live();
        return suspects.stream()
                .filter(one -> left - one.usage.live >= memory(one) && left - one.usage.used >= memory(one) / 2)
                .min(Comparator.comparingLong(one -> Math.abs(one.allocated - (left - one.usage.live))))
                .orElse(null);
    }

    /// The heap is nearly full, whoever did it: the call that has allocated most makes room. If none has, what earlier
    /// calls have left is too much: the idle function whose threads have allocated most begins afresh.
    private @Nullable Verdict last(List<Suspect> suspects, Collection<Worker> workers) {
        // the JVM may have collected itself, and found as little
        boolean known = heap.collections() > settledCollections && heap.isFull(heap.live());
        if (!known) {
            if (!heap.collect(fullPause())) {
                return null;
            }
            if (!heap.isFull(heap.live())) {
                suspects.forEach(one -> one.usage.cleared = one.allocated);
                return null;
            }
        }
        return suspects.stream()
                .filter(one -> one.allocated >= heap.max() / LEAST)
                .max(Comparator.comparingLong(Suspect::allocated))
                .map(one -> new Verdict(one.worker, one.job, full(one.allocated)))
                .orElseGet(() -> workers.stream()
                        .filter(worker -> worker.current == null && worker.version.runtime.sharesHeap())
                        .filter(worker -> ever(worker) >= heap.max() / LEAST)
                        .max(Comparator.comparingLong(MemoryWatch::ever))
                        .map(worker -> new Verdict(worker, null, full(ever(worker))))
                        .orElse(null));
    }

    /// A heap that is full again though the last collection had made room: it was filled since, so there is no time to
    /// lose. Where it had not, the next one will not either.
    private long fullPause() {
        return heap.isFull(heap.live()) ? FULL_PAUSE_NANOS : 0;
    }

    private Result.FunctionError tooMuch(Suspect suspect) {
        int memoryMb = suspect.worker.version.fn.memoryMb();
        return new Result.FunctionError(
                memory(suspect) >> 20 == memoryMb
                        ? "used more than its memory of " + memoryMb + " MB; set memory in func.yaml if it needs more"
                        : "used half of the device's memory for functions, " + (memory(suspect) >> 20)
                                + " MB; lower what it keeps, or give the daemon more heap (FERN_HEAP)");
    }

    private static Result.FunctionError full(long allocated) {
        return new Result.FunctionError("used the last of the device's memory, having allocated " + (allocated >> 20)
                + " MB; lower what it keeps, or give the daemon more heap (FERN_HEAP)");
    }

    /// Bytes that the worker and the threads of its function have ever allocated.
    private static long ever(Worker worker) {
        return Math.max(0, THREADS.getThreadAllocatedBytes(worker.thread.threadId())) + others(worker);
    }

    private static long others(Worker worker) {
        long others = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(worker.threads())) {
            others += Math.max(0, bytes);
        }
        return others;
    }
}
