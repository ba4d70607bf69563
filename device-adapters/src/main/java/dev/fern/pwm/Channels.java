package dev.fern.pwm;

import dev.fern.Metrics;
import dev.fern.SinkException;
import dev.fern.Time;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The channels that are held. On the adapter's own thread, but for [#failure] and [#failures].
final class Channels {
    private static final System.Logger LOG = System.getLogger("fern.pwm");
    private static final int LOGGED_PER_SECOND = 20;

    private record Held(Wish wish, Chips.Output output) {}

    private final Chips chips;
    private final Time time;
    private final Metrics metrics;
    private final Map<String, Held> held = new HashMap<>();
    private final Map<String, String> failures = new TreeMap<>();
    private long logSecond = Long.MIN_VALUE;
    private int logged;

    Channels(Chips chips, Time time, Metrics metrics) {
        this.chips = chips;
        this.time = time;
        this.metrics = metrics;
    }

    /// From now on exactly these are held, as far as they can be had. One that is held already in the same way is not
    /// touched.
    ///
    /// @return whether all are
    boolean hold(Map<String, Wish> wanted) {
        for (var channel : Map.copyOf(held).entrySet()) {
            if (!channel.getValue().wish.equals(wanted.get(channel.getKey()))) {
                release(channel.getKey(), channel.getValue());
            }
        }
        var failed = new TreeMap<String, String>();
        wanted.forEach((name, wish) -> {
            if (!held.containsKey(name)) {
                try {
                    held.put(name, new Held(wish, chips.open(name, wish.periodNanos())));
                    show(name, 0);
                } catch (IOException e) {
                    failed.put(name, String.valueOf(e.getMessage()));
                }
            }
        });
        synchronized (failures) {
            failed.forEach((name, why) -> {
                if (!why.equals(failures.get(name))) {
                    LOG.log(System.Logger.Level.WARNING, "pwm {0} cannot be had: {1}; trying again", name, why);
                }
            });
            failures.clear();
            failures.putAll(failed);
        }
        return failed.isEmpty();
    }

    /// Sets a channel.
    ///
    /// @throws SinkException later, if it is not held or cannot be set
    void set(String name, double duty) throws SinkException {
        var channel = held.get(name);
        if (channel == null) {
            var why = failure(name);
            throw SinkException.later(
                    "pwm " + name + (why == null ? " is not driven any more" : " cannot be had: " + why));
        }
        try {
            channel.output.high(Math.round(duty * channel.wish.periodNanos()));
            show(name, duty);
        } catch (IOException e) {
            release(name, channel);
            synchronized (failures) {
                failures.put(name, String.valueOf(e.getMessage()));
            }
            throw SinkException.later("pwm " + name + " cannot be set: " + e.getMessage());
        }
    }

    private void release(String name, Held channel) {
        channel.output.close();
        held.remove(name);
        show(name, Double.NaN);
    }

    private void show(String name, double duty) {
        metrics.gauge(() -> duty, "fern_pwm_duty", "channel", name);
        long second = Math.floorDiv(time.nanos(), 1_000_000_000L);
        if (second != logSecond) {
            logSecond = second;
            logged = 0;
        }
        if (logged++ < LOGGED_PER_SECOND) {
            LOG.log(System.Logger.Level.INFO, "pwm {0} {1}", name, Double.isNaN(duty) ? "off" : String.valueOf(duty));
        }
    }

    /// Why a channel that is wanted is not held, or null if it is.
    @Nullable String failure(String name) {
        synchronized (failures) {
            return failures.get(name);
        }
    }

    /// All of these, by channel.
    Map<String, String> failures() {
        synchronized (failures) {
            return new TreeMap<>(failures);
        }
    }
}
