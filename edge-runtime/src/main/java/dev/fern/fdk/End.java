package dev.fern.fdk;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Whether the code of one instance must come to its end, and how often it was told so. Any thread.
final class End {
    /// How long, and how often, code that was told may go on with its `finally` blocks.
    private static final long PATIENCE_MS = 100;

    private static final int PATIENCE = 100;

    /// How long code waits at most while nobody has said whether it may go on.
    private static final long HELD_MS = 1000;

    private static final String WHY = "the call was stopped";

    private final @Nullable End all;
    private final AtomicInteger told = new AtomicInteger();
    private volatile long since;
    private volatile boolean come;
    private volatile boolean held;

    /// @param all the end of all instances, or null if this is it
    End(@Nullable End all) {
        this.all = all;
    }

    void come() {
        if (!come) {
            since = System.nanoTime();
            come = true;
        }
    }

    /// Code that asks waits until it is told to go on, or to end.
    void hold(boolean wait) {
        held = wait;
    }

    /// Needs no memory: there may be none.
    private void await() {
        if (!held) {
            return;
        }
        boolean interrupted = Thread.interrupted(); // else it would not park
        long start = System.nanoTime();
        while (held && !hasCome() && System.nanoTime() - start < HELD_MS * 1_000_000) {
            LockSupport.parkNanos(1_000_000);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean hasCome() {
        return come || all != null && all.come;
    }

    /// What to tell code that may go on no further, or null.
    Bridge.@Nullable Stop now() {
        await();
        return hasCome() ? new Bridge.Stop(WHY, told.getAndIncrement() == 0) : null;
    }

    /// The same, but null while there is patience.
    Bridge.@Nullable Stop forLong() {
        await();
        return hasCome() && (told.get() > PATIENCE || System.nanoTime() - sinceWhen() > PATIENCE_MS * 1_000_000)
                ? now()
                : null;
    }

    private long sinceWhen() {
        return come || all == null ? since : all.since;
    }
}
