package dev.fern.fdk;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Whether the code of one instance must come to its end, and how often it was told so. Any thread.
final class End {
    /// How long, and how often, code that was told may go on with its `finally` blocks.
    private static final long PATIENCE_MS = 100;

    private static final int PATIENCE = 100;

    private static final String WHY = "the call was stopped";

    private final @Nullable End all;
    private final AtomicInteger told = new AtomicInteger();
    private volatile long since;
    private volatile boolean come;

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

    boolean hasCome() {
        return come || all != null && all.come;
    }

    /// What to tell code that may go on no further, or null.
    Bridge.@Nullable Stop now() {
        return hasCome() ? new Bridge.Stop(WHY, told.getAndIncrement() == 0) : null;
    }

    /// The same, but null while there is patience.
    Bridge.@Nullable Stop forLong() {
        return hasCome() && (told.get() > PATIENCE || System.nanoTime() - sinceWhen() > PATIENCE_MS * 1_000_000)
                ? now()
                : null;
    }

    private long sinceWhen() {
        return come || all == null ? since : all.since;
    }
}
