package dev.fern.kit;

import java.util.function.BooleanSupplier;

/// Waits for what other threads do.
public final class Await {
    private Await() {}

    /// Until it holds, for 10 s at most.
    public static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 10 s: " + what);
            }
            Thread.sleep(1);
        }
    }
}
