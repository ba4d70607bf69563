package dev.fern.schedule;

import dev.fern.Durability;
import dev.fern.Durations;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// One `every` trigger, by the monotonic clock: the first time a period after it began to listen. Times that could
/// not be kept are left out. Its owner's lock guards it.
final class EveryTrigger {
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(365);

    private final Trigger trigger;
    private final long period;
    private final long jitter;
    private long grid;
    private long due;

    private EveryTrigger(Trigger trigger, long period, long jitter, long now) {
        this.trigger = trigger;
        this.period = period;
        this.jitter = jitter;
        grid = now;
        plan();
    }

    /// @param now on the monotonic clock
    static EveryTrigger of(Trigger trigger, long now) throws InvalidDefinitionException {
        var period = Durations.parse(trigger.address());
        if (period == null || period.compareTo(LEAST) < 0 || period.compareTo(LONGEST) > 0) {
            throw new InvalidDefinitionException(
                    trigger.binding() + " makes no sense", "give a duration from 1s to 365d, such as every:30s");
        }
        var jitter = trigger.options().duration("jitter", Duration.ZERO);
        if (jitter.compareTo(period) > 0) {
            throw new InvalidDefinitionException(
                    "jitter=" + trigger.options().text("jitter") + " is longer than the period of " + trigger.binding(),
                    "give at most that");
        }
        Durability.of(trigger);
        return new EveryTrigger(trigger, period.toNanos(), jitter.toNanos(), now);
    }

    private void plan() {
        due = grid + period + (jitter == 0 ? 0 : ThreadLocalRandom.current().nextLong(jitter));
    }

    Trigger trigger() {
        return trigger;
    }

    /// How long until it is due.
    Duration left(long now) {
        return Duration.ofNanos(due - now);
    }

    /// Whether it is due; then it is planned anew.
    boolean due(long now) {
        if (now - due < 0) {
            return false;
        }
        grid += period * Math.max(1, (now - grid) / period);
        plan();
        return true;
    }
}
