package dev.fern.dispatch;

import dev.fern.Call;
import dev.fern.Clock;
import dev.fern.Time;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How long ago a call was accepted. Within a run the monotonic clock says so; over a restart only the wall clock
/// can, and while that is not set, or was not when the call came, only the time since the start counts. Any thread.
final class Age {
    /// When this run began, by both clocks.
    record Start(Instant at, long nanos) {
        static Start of(Time time) {
            return new Start(time.now(), time.nanos());
        }
    }

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
    static Age of(Call call, Start start, Time time) {
        boolean unset = call.event().headers().first(Clock.HEADER) != null && !Clock.isSet(call.acceptedAt());
        if (!unset) {
            return new Age(time, start.nanos, call.acceptedAt());
        }
        // its time means nothing to the clock of today; that of this run went on evenly until it was set
        long since = Duration.between(start.at, call.acceptedAt()).toNanos();
        boolean ofThisRun = since > 0 && since < time.nanos() - start.nanos;
        return new Age(time, ofThisRun ? start.nanos + since : start.nanos, null);
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
