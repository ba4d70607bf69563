package dev.fern.mqtt;

import dev.fern.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The clock on the wall, for tests with a real broker; it may run faster, so that back-off takes no test's time.
final class RealTime implements Time, AutoCloseable {
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("fern-timer").daemon().factory());
    private final int speed;

    RealTime(int speed) {
        this.speed = speed;
        timers.setRejectedExecutionHandler((_, _) -> {}); // as the daemon's own
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanos() {
        return System.nanoTime() * speed;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        var due = timers.schedule(action, delay.toNanos() / speed, TimeUnit.NANOSECONDS);
        return () -> due.cancel(false);
    }

    @Override
    public void close() {
        timers.shutdownNow();
    }
}
