package dev.fern.kit;

import dev.fern.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/// A clock that stands still until a test moves it. Timers run on the thread that moves it, in order.
public final class FakeTime implements Time {
    private record Due(long nanos, long order, Runnable action) {}

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::order));
    private Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private long nanos;
    private long order;
    private volatile boolean hurries;

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    /// Whether what is set from now on runs at once: the thread that sets it is as slow as one can be.
    public void hurry(boolean on) {
        hurries = on;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        if (hurries) {
            action.run();
            return () -> {};
        }
        return set(delay, action);
    }

    private synchronized Timer set(Duration delay, Runnable action) {
        var due = new Due(nanos + Math.max(0, delay.toNanos()), order++, action);
        timers.add(due);
        return () -> remove(due);
    }

    private synchronized void remove(Due due) {
        timers.remove(due);
    }

    /// Moves both clocks on, running what falls due on the way.
    public void advance(Duration by) {
        long end;
        synchronized (this) {
            end = nanos + by.toNanos();
        }
        while (true) {
            Runnable action;
            synchronized (this) {
                var next = timers.peek();
                if (next == null || next.nanos > end) {
                    now = now.plusNanos(end - nanos);
                    nanos = end;
                    return;
                }
                timers.remove();
                now = now.plusNanos(next.nanos - nanos);
                nanos = next.nanos;
                action = next.action;
            }
            action.run();
        }
    }

    /// Sets the wall clock only, as NTP does.
    public synchronized void set(Instant wallClock) {
        now = wallClock;
    }

    public synchronized int timers() {
        return timers.size();
    }

    /// How many timers were ever set.
    public synchronized long timersSet() {
        return order;
    }
}
