package dev.fern.kit;

import java.util.function.BooleanSupplier;

/// Waits for what other threads do.
public final class Await {
    private Await() {}

    /// Until it holds, for a minute at most.
    public static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within a minute: " + what);
            }
            Thread.sleep(1);
        }
    }
}
