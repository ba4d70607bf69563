package dev.fern.sensor;

import dev.fern.Durability;
import dev.fern.Durations;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One `sensor` trigger: when it wants a reading, and which ones it is told of. The adapter's lock guards it.
final class Listener {
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Pattern CHANGE = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    private final Trigger trigger;
    private final long period;
    private final @Nullable BigDecimal change;
    private final LongAdder dropped;
    private long due;
    private boolean waiting;
    private @Nullable Reading told;

    private Listener(Trigger trigger, long period, @Nullable BigDecimal change, long now, LongAdder dropped) {
        this.trigger = trigger;
        this.period = period;
        this.change = change;
        this.dropped = dropped;
        due = now;
    }

    /// Due at once; later at multiples of its period, so that those with the same one share each reading.
    ///
    /// @param sensors that fern.yaml has
    /// @param now on the monotonic clock
    /// @param dropped counts its events that found no room
    static Listener of(Trigger trigger, Collection<String> sensors, long now, LongAdder dropped)
            throws InvalidDefinitionException {
        if (!sensors.contains(trigger.address())) {
            var names = String.join(", ", sensors);
            throw new InvalidDefinitionException(
                    "there is no sensor '" + trigger.address() + "'",
                    (names.isEmpty() ? "" : "give one of " + names + ", or ") + "add it to sensors: in fern.yaml");
        }
        var every = trigger.options().duration("every", EVERY);
        if (every.compareTo(LEAST) < 0 || every.compareTo(LONGEST) > 0) {
            throw new InvalidDefinitionException(
                    "every=" + trigger.options().text("every") + " makes no sense",
                    "give every a duration from " + LEAST.toMillis() + "ms to " + LONGEST.toDays() + "d");
        }
        var change = trigger.options().text("change");
        if (change != null && !(CHANGE.matcher(change).matches() && new BigDecimal(change).signum() > 0)) {
            throw new InvalidDefinitionException(
                    "change=" + change + " makes no sense", "give change a number above 0, such as 0.5");
        }
        Durability.of(trigger);
        return new Listener(trigger, every.toNanos(), change == null ? null : new BigDecimal(change), now, dropped);
    }

    Trigger trigger() {
        return trigger;
    }

    LongAdder dropped() {
        return dropped;
    }

    /// When it wants the next reading, on the monotonic clock.
    long due() {
        return due;
    }

    boolean waiting() {
        return waiting;
    }

    /// Wants the next reading there is.
    void want() {
        waiting = true;
    }

    /// Time passed.
    ///
    /// @return false if a reading that it wanted was not there before it wanted another one
    boolean pass(long now) {
        if (now - due < 0) {
            return true;
        }
        boolean inTime = !waiting;
        waiting = true;
        plan(now);
        return inTime;
    }

    private void plan(long now) {
        due = Math.floorDiv(now, period) * period + period;
    }

    /// What it wanted is there.
    ///
    /// @return whether it is to be told of this one
    boolean take(Reading reading, long now) {
        waiting = false;
        if (now - due >= 0) {
            plan(now);
        }
        if (told != null && change != null && !reading.differs(told, change)) {
            return false;
        }
        told = reading;
        return true;
    }

    @Override
    public String toString() {
        return trigger + " every " + Durations.text(Duration.ofNanos(period));
    }
}
