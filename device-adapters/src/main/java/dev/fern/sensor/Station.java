package dev.fern.sensor;

import dev.fern.Health;
import dev.fern.Problem;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One sensor with all who listen to it. The adapter's lock guards it.
final class Station {
    private static final System.Logger LOG = System.getLogger("fern.sensor");
    /// The pause after the first failure; doubled with each further one.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration PAUSE_MOST = Duration.ofMinutes(1);
    /// A reading that takes longer is said to hang.
    private static final Duration HANGS = Duration.ofSeconds(30);

    final String name;
    final Sensor sensor;
    private Map<Trigger, Listener> listeners = new LinkedHashMap<>();
    private boolean reading;
    private boolean again;
    private boolean known;
    private long since;
    private int failures;
    private long retryAt;
    private @Nullable Problem problem;
    private @Nullable Reading last;

    Station(String name, Sensor sensor) {
        this.name = name;
        this.sensor = sensor;
    }

    boolean isIdle() {
        return listeners.isEmpty();
    }

    @Nullable Listener listener(Trigger trigger) {
        return listeners.get(trigger);
    }

    /// From now on exactly these listen.
    void listen(Map<Trigger, Listener> wanted) {
        if (wanted.isEmpty()) {
            known = false;
            failures = 0;
            problem = null;
            last = null;
        }
        listeners = wanted;
    }

    /// The last value of that name, NaN while there is none.
    double value(String of) {
        var value = last == null ? null : last.values().get(of);
        return value == null ? Double.NaN : value.doubleValue();
    }

    /// Every listener wants a reading, without waiting for its time.
    void now() {
        listeners.values().forEach(Listener::want);
        failures = 0;
        again = reading;
    }

    /// Time passed.
    ///
    /// @return how many readings came too late for somebody
    int pass(long now) {
        int late = 0;
        if (failures == 0) {
            for (var listener : listeners.values()) {
                late += listener.pass(now) ? 0 : 1;
            }
        } else if (now - retryAt >= 0) {
            listeners.values().forEach(Listener::want);
        }
        return late;
    }

    /// Whether it is to be read now; then it counts as being read.
    boolean begin(long now) {
        boolean wanted = listeners.values().stream().anyMatch(Listener::waiting);
        if (reading || !wanted || failures > 0 && now - retryAt < 0) {
            return false;
        }
        reading = true;
        since = now;
        return true;
    }

    /// How long nothing has to be done, in nanoseconds, or -1 if nobody listens.
    long rest(long now) {
        if (failures > 0) {
            return listeners.isEmpty() || reading ? -1 : Math.max(0, retryAt - now);
        }
        return listeners.values().stream()
                .mapToLong(listener -> Math.max(0, listener.due() - now))
                .min()
                .orElse(-1);
    }

    /// It was read.
    ///
    /// @return who is told
    List<Listener> end(Reading what, long now) {
        ended();
        if (problem != null) {
            LOG.log(System.Logger.Level.INFO, "sensor {0} is read again", name);
        }
        problem = null;
        failures = 0;
        last = what;
        var told = new ArrayList<Listener>();
        for (var listener : listeners.values()) {
            if (listener.waiting() && listener.take(what, now)) {
                told.add(listener);
            }
        }
        again();
        return told;
    }

    /// It could not be read: it is tried again after a pause that grows.
    void fail(Problem why, long now) {
        ended();
        if (!why.equals(problem)) {
            LOG.log(System.Logger.Level.WARNING, "sensor {0} cannot be read: {1}; trying again", name, why);
        }
        problem = why;
        last = null;
        long pause = PAUSE.toNanos() << Math.min(failures, 6);
        failures++;
        retryAt = now + Math.min(pause, PAUSE_MOST.toNanos());
        again();
    }

    private void ended() {
        reading = false;
        known = !listeners.isEmpty();
    }

    private void again() {
        if (again) {
            again = false;
            now();
        }
    }

    Health health(long now) {
        if (reading && now - since > HANGS.toNanos()) {
            return Health.down(
                    "sensor " + name + " has not been read for " + (now - since) / 1_000_000_000L + " s: its bus, "
                            + sensor.bus() + ", hangs",
                    "check the wiring, then switch the board off and on");
        }
        if (problem != null) {
            return Health.down("sensor " + name + " cannot be read: " + problem.why(), problem.whatToDo());
        }
        return known ? Health.UP : Health.down("sensor " + name + " is being read for the first time", "wait a little");
    }
}
