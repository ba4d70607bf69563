package dev.fern.dispatch;

import dev.fern.Call;
import dev.fern.Clock;
import dev.fern.Time;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How long ago a call was accepted. Within a run the monotonic clock says so, whatever the wall clock does; over a
/// restart only the wall clock can, and while that is not set, or was not when the call came, only the time since the
/// start counts. Any thread.
final class Age {
    private final Time time;
    private long acceptedNanos;
    /// When it was accepted, if that will count as soon as the clock is set.
    private @Nullable Instant pending;

    private Age(Time time, long acceptedNanos, @Nullable Instant pending) {
        this.time = time;
        this.acceptedNanos = acceptedNanos;
        this.pending = pending;
    }

    static Age zero(Time time) {
        return new Age(time, time.nanos(), null);
    }

    /// Of a call that was read from disk.
    static Age of(Call call, WallTimes run, Time time) {
        run.look();
        var ofThisRun = run.nanos(call.acceptedAt());
        if (ofThisRun.isPresent()) {
            return new Age(time, ofThisRun.getAsLong(), null);
        }
        boolean unset = call.event().headers().first(Clock.HEADER) != null && !Clock.isSet(call.acceptedAt());
        // such a time means nothing to the clock of today
        return new Age(time, run.begin(), unset ? null : call.acceptedAt());
    }

    synchronized Duration now() {
        if (pending != null && time.isSet()) {
            var age = Duration.between(pending, time.now());
            acceptedNanos = time.nanos() - (age.isNegative() ? 0 : age.toNanos());
            pending = null;
        }
        return Duration.ofNanos(time.nanos() - acceptedNanos);
    }
}
