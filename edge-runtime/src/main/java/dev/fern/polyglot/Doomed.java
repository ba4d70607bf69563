package dev.fern.polyglot;

import java.util.HashSet;
import java.util.Set;

/// Threads whose JavaScript must end and that may enter no further function. Closing a context ends most code, but not
/// what always is at the end of its stack, as `function f() { try { f() } catch { f() } }` is: what GraalJS does to end
/// it has no room there, and fails as all else does. This has: it needs less than the call that it is in the way of.
///
/// [EngineCode] makes GraalJS ask here at each call. Public for GraalJS alone. Any thread.
public final class Doomed {
    private static volatile Set<Thread> threads = Set.of();

    private Doomed() {}

    /// No exception of JavaScript's, so no `catch` of it takes it. GraalJS makes a PolyglotException of it, but where a
    /// call
    /// from Java begins.
    static final class End extends Error {
        private static final long serialVersionUID = 1;

        End() {
            super("the function was stopped", null, false, false);
        }
    }

    static synchronized void add(Thread thread) {
        var more = new HashSet<>(threads);
        more.add(thread);
        threads = Set.copyOf(more);
    }

    static synchronized void remove(Thread thread) {
        if (threads.contains(thread)) {
            var fewer = new HashSet<>(threads);
            fewer.remove(thread);
            threads = Set.copyOf(fewer);
        }
    }

    /// Does nothing but on such a thread.
    public static void check() {
        if (!threads.isEmpty() && threads.contains(Thread.currentThread())) {
            throw new End();
        }
    }
}
