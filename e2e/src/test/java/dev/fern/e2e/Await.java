package dev.fern.e2e;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Waits for what comes sooner or later.
final class Await {
    private static final long PATIENCE_MIN = 3;
    private static final long PACE_MS = 5;

    private Await() {}

    /// Returns as soon as that is so.
    ///
    /// @throws AssertionError with what was waited for if it is not within three minutes
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MIN);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE_MIN + " minutes: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(PACE_MS);
        }
    }
}
