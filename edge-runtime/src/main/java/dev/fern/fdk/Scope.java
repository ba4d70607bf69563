package dev.fern.fdk;

import dev.fern.CallLog;
import dev.fern.Console;
import dev.fern.Heap;
import dev.fern.HeapRequests;
import java.io.PrintStream;
import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the code of one instance has in place of a process of its own: environment, output, an end.
///
/// Code is known by its thread, and threads that it starts inherit that; on a thread of the JDK's, such as the common
/// pool's, by the first class of a function on the stack. Refers to nothing that the function has loaded: a thread may
/// outlive the function.
final class Scope {
    private static final InheritableThreadLocal<@Nullable Scope> CURRENT = new InheritableThreadLocal<>();
    private static final StackWalker STACK = StackWalker.getInstance(Option.RETAIN_CLASS_REFERENCE);

    private static final Heap HEAP = new Heap();

    private final Map<String, String> env;
    private final Console console;
    private final Leftovers leftovers;
    private final long memoryBytes;
    private final End end;
    private @Nullable PrintStream out;
    private @Nullable PrintStream err;
    private volatile @Nullable String exited;
    private final HeapRequests requests = new HeapRequests();

    /// @param memoryBytes what the function may use
    Scope(Map<String, String> env, Console console, Leftovers leftovers, long memoryBytes) {
        this.memoryBytes = memoryBytes;
        this.env = env;
        this.console = console;
        this.leftovers = leftovers;
        end = new End(leftovers.all());
    }

    /// Whose code is running on this thread; null if the daemon's.
    static @Nullable Scope current() {
        var scope = CURRENT.get();
        return scope != null
                ? scope
                : STACK.walk(frames -> frames.map(StackFrame::getDeclaringClass)
                        .map(Class::getClassLoader)
                        .filter(FunctionLoader.class::isInstance)
                        .map(loader -> ((FunctionLoader) loader).scope())
                        .findFirst()
                        .orElse(null));
    }

    /// Whose code is running there. A thread of the common pool may have been started by another function and
    /// go on under its scope.
    @SuppressWarnings("ReferenceEquality")
    static Scope at(Class<?> gate) {
        var latest = ((FunctionLoader) gate.getClassLoader()).scope();
        var scope = CURRENT.get();
        return scope != null && scope.leftovers == latest.leftovers ? scope : latest;
    }

    Map<String, String> env() {
        return env;
    }

    Console console() {
        return console;
    }

    Leftovers leftovers() {
        return leftovers;
    }

    End end() {
        return end;
    }

    /// Waits for the memory watch if there is little left: the code on this thread may be what takes it.
    static void pace() {
        HEAP.pace();
    }

    /// Why so many bytes at once are too many for the function, or null.
    @Nullable String refuses(long bytes) {
        if (bytes > memoryBytes) {
            return (bytes >> 20) + " MB at once are more than its memory of " + (memoryBytes >> 20) + " MB";
        }
        return requests.holds(bytes) ? null : "the device has no room for " + (bytes >> 20) + " MB more";
    }

    HeapRequests requests() {
        return requests;
    }

    synchronized PrintStream out() {
        if (out == null) {
            out = new Printer(console.out(), StandardCharsets.UTF_8);
        }
        return out;
    }

    synchronized PrintStream err() {
        if (err == null) {
            err = new Printer(console.err(), StandardCharsets.UTF_8);
        }
        return err;
    }

    /// How the function asked for the end of the process during this call, or null.
    @Nullable String exited() {
        return exited;
    }

    void exited(String call) {
        exited = call;
    }

    /// Makes this thread run the function's code, until the result is closed; then it is as it was.
    Visit enter(ClassLoader loader) {
        return new Visit(this, loader);
    }

    /// As [#enter(ClassLoader)], with the output going to that log.
    Visit enter(ClassLoader loader, CallLog log) {
        exited = null;
        requests.begin();
        console.begin(log);
        return new Visit(this, loader);
    }

    /// The time a thread spends in a function's code. What that code changed at the thread is put right at its end, and
    /// an interrupt that came for it is over.
    static final class Visit implements AutoCloseable {
        private final Thread thread = Thread.currentThread();
        private final @Nullable Scope before = CURRENT.get();
        private final @Nullable ClassLoader loader = thread.getContextClassLoader();
        private final String name = thread.getName();
        private final Scope scope;

        private Visit(Scope scope, ClassLoader functions) {
            this.scope = scope;
            CURRENT.set(scope);
            scope.leftovers.visit(1);
            thread.setContextClassLoader(functions);
        }

        @Override
        public void close() {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
            thread.setContextClassLoader(loader);
            if (!thread.getName().equals(name)) {
                thread.setName(name);
            }
            Thread.interrupted();
            scope.leftovers.visit(-1);
            scope.console.end();
        }
    }
}
