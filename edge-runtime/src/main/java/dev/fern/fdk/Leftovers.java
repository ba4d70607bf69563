package dev.fern.fdk;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.WeakHashMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// Threads that a function has started and may leave behind. Any thread.
///
/// Platform threads inherit the context class loader of the thread that makes them, those of the JDK's executors and
/// timers too, so they are found by it. Virtual threads cannot be listed: those of an executor end with it, a lone one
/// ends when it is done.
final class Leftovers {
    private final Set<Object> made = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    void add(Object executorOrTimer) {
        made.add(executorOrTimer);
    }

    /// Asks all of them to end and makes them forget the loader.
    ///
    /// @return how many threads there were
    int end(ClassLoader loader) {
        for (var owned : List.copyOf(made)) {
            switch (owned) {
                case ExecutorService threads -> threads.shutdownNow();
                case Timer timer -> timer.cancel();
                default -> {}
            }
        }
        int count = 0;
        for (var thread : threads()) {
            if (belongsTo(thread.getContextClassLoader(), loader)) {
                thread.interrupt();
                thread.setContextClassLoader(null);
                count++;
            }
        }
        return count;
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
