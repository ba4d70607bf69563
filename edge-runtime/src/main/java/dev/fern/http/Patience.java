package dev.fern.http;

import dev.fern.Time;
import java.time.Duration;

/// Ends a wait for a slow client: a virtual thread that is interrupted while it reads or writes a socket loses the
/// socket (JEP 444, "Thread interruption"). Closed in time, it does nothing.
final class Patience implements AutoCloseable {
    private final Thread waiting = Thread.currentThread();
    private final Runnable atEnd;
    private final Time.Timer timer;
    private boolean over;

    /// Begins to wait, on this thread.
    ///
    /// @param atEnd is done if the wait is ended
    Patience(Time time, Duration most, Runnable atEnd) {
        this.atEnd = atEnd;
        timer = time.after(most, this::end);
    }

    private synchronized void end() {
        if (!over) {
            over = true;
            waiting.interrupt();
            atEnd.run();
        }
    }

    @Override
    public void close() {
        timer.cancel();
        synchronized (this) {
            over = true;
        }
    }
}
