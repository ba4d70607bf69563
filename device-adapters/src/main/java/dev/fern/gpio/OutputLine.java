package dev.fern.gpio;

import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalState;
import dev.fern.Durations;
import dev.fern.Metrics;
import dev.fern.SinkException;
import dev.fern.Time;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An output line that is held: its steady level, the pulse that is under way, and the longest time it may be active.
/// Any thread.
final class OutputLine {
    private static final System.Logger LOG = System.getLogger("fern.gpio");
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
    private static final int LOGGED_PER_SECOND = 20;

    private final int number;
    private final Time time;
    private final Metrics metrics;
    private final DigitalOutput output;
    private LineOptions options;
    private boolean active;
    /// The level to go back to after a pulse.
    private boolean steady;
    private Time.@Nullable Timer pulse;
    private Time.@Nullable Timer limit;
    private long activeSinceNanos;
    private volatile boolean wireHigh;
    private boolean released;
    private long logSecond = Long.MIN_VALUE;
    private int logged;

    /// @param output taken with the initial level of these options
    OutputLine(int number, LineOptions options, Time time, Metrics metrics, DigitalOutput output) {
        this.number = number;
        this.options = options;
        this.time = time;
        this.metrics = metrics;
        this.output = output;
        wireHigh = output.isHigh();
        active = options.initialOrInactive();
        steady = active;
        metrics.gauge(() -> wireHigh ? 1 : 0, Lines.LEVEL, "line", String.valueOf(number));
        log();
        startLimit();
    }

    synchronized LineOptions options() {
        return options;
    }

    /// Takes what a new version says of the line, without touching its level. A shorter `max-on` counts from when the
    /// line was last switched on.
    synchronized void options(LineOptions wanted) {
        boolean other = !Objects.equals(options.maxOn(), wanted.maxOn());
        options = wanted;
        if (other && active) {
            limitFrom(activeSinceNanos);
        }
    }

    /// Does what the body says, for the value's own time or else for that of the option `pulse`, which is about
    /// switching on only.
    ///
    /// @throws SinkException later, if the line cannot be set or is no longer held
    synchronized void apply(OutputValue value, @Nullable Duration pulseOption) throws SinkException {
        if (released) {
            throw SinkException.later("gpio " + number + " is not held any more");
        }
        boolean on = switch (value.state()) {
            case ACTIVE -> true;
            case INACTIVE -> false;
            case TOGGLE -> !active;
        };
        try {
            drive(on);
        } catch (Pi4JException e) {
            throw SinkException.later("gpio " + number + " cannot be set: " + Circuit.reason(e));
        }
        stopPulse();
        var span = value.span() != null ? value.span() : on ? pulseOption : null;
        if (span == null) {
            steady = on;
        } else {
            pulse = after(span, this::endPulse);
        }
        if (on) {
            startLimit();
        }
    }

    /// Sets the level it is to be left with and gives the line back.
    synchronized void release() {
        stopPulse();
        stopLimit();
        released = true;
        try {
            if (options.stopOrInactive() != LineOptions.Stop.KEEP) {
                drive(options.stopOrInactive() == LineOptions.Stop.HIGH);
            }
        } catch (Pi4JException e) {
            LOG.log(System.Logger.Level.ERROR, "gpio {0} keeps its level: {1}", number, Circuit.reason(e));
        }
        output.close();
        metrics.gauge(() -> Double.NaN, Lines.LEVEL, "line", String.valueOf(number));
    }

    private void endPulse() {
        pulse = null;
        if (!driven(steady)) {
            pulse = after(TRY_AGAIN, this::endPulse);
        }
    }

    private void endLimit() {
        limit = null;
        stopPulse();
        steady = false;
        if (!driven(false)) {
            limit = after(TRY_AGAIN, this::endLimit);
            return;
        }
        metrics.counter("fern_gpio_max_on_total", "line", String.valueOf(number))
                .increment();
        LOG.log(
                System.Logger.Level.WARNING,
                "gpio {0} was on for {1}, its max-on, and is switched off",
                number,
                Durations.text(Objects.requireNonNull(options.maxOn())));
    }

    // For a timer, which has nobody to tell: the level is tried again until the line takes it.
    private boolean driven(boolean on) {
        try {
            drive(on);
            return true;
        } catch (Pi4JException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "gpio {0} cannot be switched {1}: {2}; trying again",
                    number,
                    on ? "on" : "off",
                    Circuit.reason(e));
            return false;
        }
    }

    private void drive(boolean on) {
        boolean wanted = on != options.activeLow();
        output.state(DigitalState.getState(wanted));
        if (on == active) {
            return;
        }
        active = on;
        wireHigh = output.isHigh();
        log();
        if (wireHigh != wanted) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "gpio {0} was set {1} and is {2}: something else drives it, or it is shorted",
                    number,
                    wanted ? "high" : "low",
                    wireHigh ? "high" : "low");
        }
        if (on) {
            startLimit();
        } else {
            stopLimit();
        }
    }

    private void startLimit() {
        if (active) {
            limitFrom(time.nanos());
        }
    }

    private void limitFrom(long sinceNanos) {
        stopLimit();
        activeSinceNanos = sinceNanos;
        if (options.maxOn() instanceof Duration most) {
            limit = after(most.minusNanos(time.nanos() - sinceNanos), this::endLimit);
        }
    }

    private void stopLimit() {
        if (limit != null) {
            limit.cancel();
            limit = null;
        }
    }

    private void stopPulse() {
        if (pulse != null) {
            pulse.cancel();
            pulse = null;
        }
    }

    // A timer that was cancelled while it waited for this object's lock must not act.
    private Time.Timer after(Duration delay, Runnable action) {
        var cancelled = new boolean[1];
        var timer = time.after(delay.isNegative() ? Duration.ZERO : delay, () -> {
            synchronized (this) {
                if (!cancelled[0]) {
                    action.run();
                }
            }
        });
        return () -> {
            cancelled[0] = true;
            timer.cancel();
        };
    }

    private void log() {
        long second = Math.floorDiv(time.nanos(), 1_000_000_000L);
        if (second != logSecond) {
            logSecond = second;
            logged = 0;
        }
        if (logged++ < LOGGED_PER_SECOND) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gpio {0} {1}{2}{3}",
                    number,
                    wireHigh ? "high" : "low",
                    options.activeLow() ? active ? " (active)" : " (inactive)" : "",
                    logged == LOGGED_PER_SECOND ? "; its further changes in this second are not shown" : "");
        }
    }
}
