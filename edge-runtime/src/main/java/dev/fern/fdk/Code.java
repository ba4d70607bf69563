package dev.fern.fdk;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The classes of a version as they were loaded once. A call that is stopped may leave anything in them: a lock that
/// nobody gives back, a half-made map, a cache as large as the heap. So they serve the calls that are under way and no
/// further one; the next instance gets them loaded afresh. Any thread.
final class Code {
    final FunctionLoader loader;
    final Class<?> type;
    final Method method;
    private final Leftovers leftovers;
    /// Where the code was loaded: the first instance goes on in it, with the threads and the output of the loading.
    private final AtomicReference<@Nullable Scope> first;

    private final Runnable forget;

    private int instances;
    private volatile boolean spoilt;

    /// @param forget makes the program forget this: what it holds may be all the memory there is
    Code(FunctionLoader loader, Class<?> type, Method method, Leftovers leftovers, Scope first, Runnable forget) {
        this.forget = forget;
        this.loader = loader;
        this.type = type;
        this.method = method;
        this.leftovers = leftovers;
        this.first = new AtomicReference<>(first);
    }

    @Nullable Scope takeFirst() {
        return first.getAndSet(null);
    }

    Leftovers leftovers() {
        return leftovers;
    }

    synchronized void used() {
        instances++;
    }

    /// Whether no further call may run on it.
    boolean isSpoilt() {
        return spoilt;
    }

    /// A call of that instance's was told to end.
    void stop(Scope scope) {
        scope.end().come();
        spoilt = true;
        loader.closeGate();
        forget.run();
        if (isLast()) {
            leftovers.end(); // nobody else's
        }
    }

    private synchronized boolean isLast() {
        return instances <= 1;
    }

    /// An instance has ended.
    void unused() {
        boolean none;
        synchronized (this) {
            instances--;
            none = instances == 0;
        }
        if (none && spoilt) {
            end();
        }
    }

    /// Ends all threads that are left.
    ///
    /// @return how many there were
    int end() {
        leftovers.all().come();
        loader.closeGate();
        return leftovers.end();
    }
}
