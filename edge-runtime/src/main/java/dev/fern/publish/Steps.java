package dev.fern.publish;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Says what is being done as soon as that takes longer than a second, and again every ten, so that nobody wonders. One
/// step at a time.
public final class Steps implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final Consumer<String> words;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("fern-steps").factory());

    /// @param words takes a line of progress, on any thread
    public Steps(Consumer<String> words) {
        this.words = words;
    }

    /// Says something on its own.
    void say(String text) {
        words.accept(text);
    }

    /// Something that has an end.
    ///
    /// @param <T> what comes of it
    /// @param <E> what it may fail with
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        /// Does it.
        T run() throws E, InterruptedException;
    }

    /// Does the work on this thread.
    ///
    /// @param what in the form "pushing the image"
    public <T, E extends Exception> T step(String what, Work<T, E> work) throws E, InterruptedException {
        long start = System.nanoTime();
        var said = new AtomicInteger();
        var ticks = timer.scheduleAtFixedRate(
                () -> {
                    long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
                    if (said.getAndIncrement() % AGAIN.toSeconds() == 0) {
                        words.accept(what + (seconds <= LONG.toSeconds() ? " ..." : " ... " + seconds + " s"));
                    }
                },
                LONG.toMillis(),
                LONG.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            return work.run();
        } finally {
            ticks.cancel(false);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
