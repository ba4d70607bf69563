package com.fnproject.fn.runtime;

/// What the rewritten code of a function passes at each method entry, before each jump back, and with the size of each
/// array. Each version's class loader defines this class for itself, so a gate that is closed slows nobody else down,
/// and open it costs one read.
public final class FernGate implements Runnable {
    /// Bytes that are asked for at once without a question.
    static final int SMALL = 1 << 20;

    /// Steps, or KB of arrays, after which the code asks whether there is room to go on.
    private static final int STEPS = 1000;

    private static volatile boolean closed;
    /// Roughly counted: threads may overwrite each other's steps.
    private static int steps;

    /// Closes the gate: from then on everybody is asked at each step. There is no way back, the classes are not used
    /// again. Needs no memory, of which there may be none left.
    @Override
    public void run() {
        closed = true;
    }

    /// Passes, unless the call that this thread works for was stopped.
    ///
    /// @throws Error if it was
    public static void check() {
        if (closed || ++steps > STEPS) {
            ask();
        }
    }

    private static void ask() {
        steps = 0;
        FernHooks.check(FernGate.class);
    }

    /// At the start of a handler that could catch that error: lets `finally` do its work, but not for long.
    public static void recheck() {
        if (closed) {
            FernHooks.recheck(FernGate.class);
        }
    }

    /// Returns the count, if so many elements of so many bytes may be had.
    ///
    /// @throws OutOfMemoryError if not
    public static int room(int count, int bytes) {
        take((long) count * bytes);
        return count;
    }

    /// Asks for the array of arrays that is made with these sizes, of which the last comes first.
    public static void grid(long elements, int bytes) {
        take(elements * bytes);
    }

    /// In place of [String#repeat].
    public static String repeat(String text, int count) {
        take((long) text.length() * count);
        return text.repeat(count);
    }

    private static void take(long bytes) {
        if (bytes >= SMALL) {
            FernHooks.room(bytes);
        }
        steps += (int) Math.min(bytes >> 10, STEPS);
    }
}
