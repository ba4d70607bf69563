package dev.fern.fdk;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Threads that a function has started and may leave behind. Any thread.
///
/// Platform threads inherit the context class loader of the thread that makes them, those of the JDK's executors and
/// timers too, so they are found by it. Virtual threads cannot be listed: those of an executor end with it, lone ones
/// are noted when they start.
final class Leftovers {
    /// Platform threads that a function may have beside those of its calls.
    static final int MOST_THREADS = 50;
    /// Virtual threads that it may have started and that have not ended; those of an executor are not known.
    static final int MOST_VIRTUAL = 1000;

    private static final long REFRESH_NANOS = 4_000_000;

    private final Set<Object> made = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final Set<Thread> virtual = Collections.newSetFromMap(new WeakHashMap<>());
    /// Threads of calls: they have the function's loader as well.
    private final AtomicInteger visitors = new AtomicInteger();

    private volatile WeakReference<@Nullable ClassLoader> loader = new WeakReference<>(null);
    private final End all = new End(null);
    private volatile boolean any;
    private volatile boolean tooMany;
    private long[] ids = {};
    private long idsAt;

    /// Comes when the code of all instances must end.
    End all() {
        return all;
    }

    /// Whose threads these are.
    void of(ClassLoader functions) {
        loader = new WeakReference<>(functions);
    }

    void visit(int more) {
        visitors.addAndGet(more);
    }

    /// Takes part in the count, and ends with the function.
    ///
    /// @throws OutOfMemoryError as the JVM does when it can start no further thread
    void add(Object executorOrTimer) {
        count();
        made.add(executorOrTimer);
        if (executorOrTimer instanceof ThreadPoolExecutor pool) {
            var factory = pool.getThreadFactory();
            pool.setThreadFactory(task -> {
                count();
                return factory.newThread(task);
            });
        }
    }

    /// Counts a thread before it is started.
    ///
    /// @throws OutOfMemoryError as the JVM does when it can start no further thread
    void starts(Thread thread) {
        if (!thread.isVirtual()) {
            count();
            return;
        }
        synchronized (virtual) {
            if (virtual.size() >= MOST_VIRTUAL) {
                virtual.removeIf(one -> one.getState() == Thread.State.TERMINATED);
                if (virtual.size() >= MOST_VIRTUAL) {
                    tooMany = true;
                    throw new OutOfMemoryError("no further virtual thread: the function has " + MOST_VIRTUAL
                            + ", which is the most it may have");
                }
            }
            virtual.add(thread);
        }
    }

    private void count() {
        any = true;
        if (own().size() - visitors.get() >= MOST_THREADS) {
            tooMany = true;
            throw new OutOfMemoryError(
                    "no further thread: the function has " + MOST_THREADS + ", which is the most it may have");
        }
    }

    /// Whether it wanted more than it may have. They stay, so it can only begin afresh.
    boolean tooMany() {
        return tooMany;
    }

    /// The ids of the threads, as of a short time ago.
    synchronized long[] ids() {
        long now = System.nanoTime();
        if (any && now - idsAt > REFRESH_NANOS) {
            idsAt = now;
            try {
                ids = own().stream().mapToLong(Thread::threadId).toArray();
            } catch (OutOfMemoryError e) {
                // those that were known will do
            }
        }
        return ids;
    }

    private List<Thread> own() {
        return loader.get() instanceof ClassLoader functions
                ? threads().stream()
                        .filter(thread -> belongsTo(thread.getContextClassLoader(), functions))
                        .toList()
                : List.of();
    }

    /// Asks all of them to end and makes them forget the loader.
    ///
    /// @return how many threads there were
    int end() {
        for (var owned : List.copyOf(made)) {
            switch (owned) {
                case ExecutorService threads -> threads.shutdownNow();
                case Timer timer -> timer.cancel();
                default -> {}
            }
        }
        synchronized (virtual) {
            virtual.forEach(Thread::interrupt);
            virtual.clear();
        }
        var threads = own();
        for (var thread : threads) {
            thread.interrupt();
            thread.setContextClassLoader(null);
        }
        return threads.size();
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean belongsTo(@Nullable ClassLoader context, ClassLoader loader) {
        for (var at = context; at != null; at = at.getParent()) {
            if (at == loader) {
                return true;
            }
        }
        return false;
    }

    /// All live platform threads.
    private static List<Thread> threads() {
        var root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        var threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads);
        while (count == threads.length) {
            threads = new Thread[threads.length * 2];
            count = root.enumerate(threads);
        }
        return Arrays.asList(threads).subList(0, count);
    }
}
