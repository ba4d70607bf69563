package dev.fern;

import java.time.Duration;
import java.time.Instant;

/// The clocks, and the only way to do something later. Tests step one by hand.
public interface Time {
    /// The wall clock. A Pi has none at boot: never measure with it.
    Instant now();

    /// Whether [#now] can be believed.
    default boolean isSet() {
        return Clock.isSet(now());
    }

    /// The monotonic clock, in nanoseconds from some point.
    long nanos();

    /// Runs the action after that time on the timer thread, once. It must be short and must not wait.
    Timer after(Duration delay, Runnable action);

    /// A thing to be done later.
    interface Timer {
        void cancel();
    }
}
