package dev.fern.sync;

import dev.fern.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One look after the other, each on a thread that may wait: at once, then when the last one said, and when nudged.
/// One-shot. Any thread.
final class Rounds implements AutoCloseable {
    /// A look; says how long to pause until the next.
    interface Look {
        Duration look() throws InterruptedException;
    }

    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final Time time;
    private final Look look;
    private @Nullable Thread looking;
    private Time.@Nullable Timer next;
    private boolean started;
    private boolean again;
    private boolean closed;
    private volatile boolean looked;

    Rounds(Time time, Look look) {
        this.time = time;
        this.look = look;
    }

    synchronized void start() {
        if (started) {
            throw new IllegalStateException("started twice");
        }
        started = true;
        begin();
    }

    /// Looks now; if it is looking already, once more afterwards, however often this is said meanwhile.
    synchronized void nudge() {
        if (looking != null) {
            again = true;
        } else if (started) {
            begin();
        }
    }

    private synchronized void begin() {
        if (closed || looking != null) {
            return;
        }
        cancel();
        looking = Thread.ofVirtual().name("fern-sync").start(this::run);
    }

    private void run() {
        try {
            var pause = look.look();
            looked = true;
            plan(pause);
        } catch (InterruptedException e) {
            // closed
        }
    }

    private synchronized void plan(Duration pause) {
        looking = null;
        if (again) {
            again = false;
            begin();
        } else if (!closed) {
            next = time.after(pause, this::begin);
        }
    }

    private void cancel() {
        if (next instanceof Time.Timer timer) {
            timer.cancel();
            next = null;
        }
    }

    /// Whether the first look has ended.
    boolean looked() {
        return looked;
    }

    synchronized boolean closed() {
        return closed;
    }

    /// Breaks off the look under way, and waits until it has ended, within 2 s.
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            cancel();
            running = looking;
        }
        if (running == null || running.equals(Thread.currentThread())) {
            return;
        }
        running.interrupt();
        try {
            running.join(LONGEST_END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
