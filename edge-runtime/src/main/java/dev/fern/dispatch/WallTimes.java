package dev.fern.dispatch;

import dev.fern.Time;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/// What the wall clock showed when, in this run: somebody may set it at any time. It is looked at with each call, so
/// that for the time at which one was accepted there is the same on the monotonic clock. Any thread.
final class WallTimes {
    /// Less than that is no jump: NTP slews, and two clocks are not read at once.
    private static final long JUMP_MS = 2000;
    /// Jumps that are remembered.
    private static final int MOST = 64;

    /// The clock went evenly. All in ms, and but for `ahead` on the monotonic clock.
    ///
    /// @param ahead of the monotonic clock
    /// @param first not earlier did it begin to show this
    /// @param noticed when that was seen
    private record Stretch(long ahead, long first, long noticed) {}

    private final Time time;
    private final long begin;
    /// The latest first.
    private final Deque<Stretch> stretches = new ArrayDeque<>();

    private long looked;

    WallTimes(Time time) {
        this.time = time;
        begin = time.nanos();
        looked = ms(begin);
        look();
    }

    private static long ms(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /// When this run began, on the monotonic clock.
    long begin() {
        return begin;
    }

    /// Notices a jump since the last look.
    synchronized void look() {
        long now = ms(time.nanos());
        long ahead = time.now().toEpochMilli() - now;
        var latest = stretches.peek();
        if (latest == null || Math.abs(ahead - latest.ahead) > JUMP_MS) {
            stretches.push(new Stretch(ahead, looked, now));
            if (stretches.size() > MOST) {
                stretches.removeLast();
            }
        }
        looked = now;
    }

    /// When the wall clock showed that in this run, on the monotonic clock in ns: the latest time, if there are
    /// several. None if it never did.
    synchronized OptionalLong nanos(Instant wall) {
        long now = ms(time.nanos());
        long last = now;
        for (var stretch : stretches) {
            long at = wall.toEpochMilli() - stretch.ahead;
            if (at >= stretch.first - JUMP_MS && at <= last + JUMP_MS) {
                return OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(Math.min(at, now)));
            }
            last = stretch.noticed;
        }
        return OptionalLong.empty();
    }
}
