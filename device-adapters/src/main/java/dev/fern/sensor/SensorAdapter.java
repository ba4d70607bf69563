package dev.fern.sensor;

import dev.fern.Adapter;
import dev.fern.Emitter;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Prober;
import dev.fern.Problem;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Triggers of the type `sensor`. One timer for all; each reading is taken and told of on the thread of its bus.
final class SensorAdapter implements Adapter, Emitter, Prober {
    private static final System.Logger LOG = System.getLogger("fern.sensor");
    private static final String TYPE = "sensor";

    private final Map<String, Station> stations = new LinkedHashMap<>();
    private final String device;
    private final Time time;
    private final Metrics metrics;
    private final Buses buses;
    private final Map<Trigger, Health> invalid = new HashMap<>();
    private @Nullable Intake intake;
    private Time.@Nullable Timer timer;
    private boolean closed;

    /// @param sensors by their names in fern.yaml
    SensorAdapter(Map<String, Sensor> sensors, String device, Time time, Metrics metrics, Buses buses) {
        this.device = device;
        this.time = time;
        this.metrics = metrics;
        this.buses = buses;
        sensors.forEach((name, sensor) -> stations.put(name, new Station(name, sensor)));
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        for (var trigger : candidate.triggers()) {
            if (trigger.type().equals(TYPE)) {
                Listener.of(trigger, stations.keySet(), 0, new LongAdder());
            }
        }
    }

    @Override
    public synchronized void start(Intake to) {
        intake = to;
    }

    @Override
    public synchronized void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        invalid.clear();
        var wanted = new HashMap<String, Map<Trigger, Listener>>();
        for (var trigger : triggers) {
            try {
                var dropped = metrics.counter("fern_events_dropped_total", "trigger", trigger.lane());
                var listener = Listener.of(trigger, stations.keySet(), time.nanos(), dropped);
                var before = station(trigger).listener(trigger);
                wanted.computeIfAbsent(trigger.address(), _ -> new LinkedHashMap<>())
                        .put(trigger, before == null ? listener : before);
            } catch (InvalidDefinitionException e) {
                invalid.put(trigger, new Health.Down(e.problem()));
            }
        }
        stations.forEach((name, station) -> station.listen(wanted.getOrDefault(name, new LinkedHashMap<>())));
        look();
    }

    private Station station(Trigger trigger) {
        var station = stations.get(trigger.address());
        if (station == null) {
            throw new IllegalArgumentException("no sensor " + trigger.address());
        }
        return station;
    }

    private synchronized void wake() {
        look();
    }

    private void look() {
        if (closed) {
            return;
        }
        long now = time.nanos();
        long rest = -1;
        for (var station : stations.values()) {
            int late = station.pass(now);
            if (late > 0) {
                metrics.counter("fern_sensor_late_total", "sensor", station.name)
                        .add(late);
            }
            if (station.begin(now)) {
                buses.of(station.sensor.bus()).execute(() -> read(station));
            }
            long its = station.rest(now);
            rest = rest < 0 ? its : its < 0 ? rest : Math.min(rest, its);
        }
        if (timer != null) {
            timer.cancel();
        }
        timer = rest < 0 ? null : time.after(Duration.ofNanos(rest), this::wake);
    }

    private void read(Station station) {
        try {
            var reading = station.sensor.read();
            done(station, "ok");
            tell(station, reading);
        } catch (SensorException e) {
            done(station, "failed");
            failed(station, e.problem());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the daemon stops
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "the driver of sensor " + station.name + " is broken", e);
            done(station, "failed");
            failed(station, new Problem("its driver is broken: " + e, "report this: it is a mistake in Fern"));
        }
    }

    private void done(Station station, String result) {
        metrics.counter("fern_sensor_readings_total", "sensor", station.name, "result", result)
                .increment();
    }

    private synchronized void failed(Station station, Problem why) {
        station.fail(why, time.nanos());
        look();
    }

    private void tell(Station station, Reading reading) {
        List<Listener> told;
        Intake to;
        var at = time.now();
        synchronized (this) {
            told = station.end(reading, time.nanos());
            to = intake;
            for (var name : reading.values().keySet()) {
                metrics.gauge(() -> value(station, name), "fern_sensor_value", "sensor", station.name, "value", name);
            }
            look();
        }
        if (to != null) {
            told.forEach(listener -> tell(listener, station.name, at, reading.json(at), to));
        }
    }

    private void tell(Listener listener, String name, Instant at, String body, Intake to) {
        var event = Event.of(
                "/fern/" + device + "/sensor/" + name,
                Event.SENSOR_READING,
                name,
                at,
                "application/json",
                Headers.NONE,
                Payload.of(body));
        try {
            to.accept(listener.trigger(), event);
        } catch (IntakeFullException e) {
            listener.dropped().increment();
        } catch (RuntimeException e) {
            listener.dropped().increment();
            LOG.log(System.Logger.Level.ERROR, "a reading for " + listener.trigger() + " is lost", e);
        }
    }

    private synchronized double value(Station station, String name) {
        return station.value(name);
    }

    @Override
    public void emit(String address, Payload body) throws InvalidDefinitionException {
        if (!(stations.get(address) instanceof Station station)) {
            throw new InvalidDefinitionException(
                    "there is no sensor '" + address + "'", "give a name of sensors: in fern.yaml");
        }
        if (!(station.sensor instanceof SimulatedSensor simulated)) {
            throw new InvalidDefinitionException(
                    "readings can be made by hand on the simulated board only",
                    "set device.board: simulated in fern.yaml");
        }
        synchronized (this) {
            if (station.isIdle()) {
                throw new InvalidDefinitionException(
                        "no function listens to sensor " + address, "give a sensor that a function has as a trigger");
            }
            simulated.say(body.text());
            station.now();
            look();
        }
    }

    @Override
    public Health probe(String name) {
        var station = stations.get(name);
        try {
            if (station != null) {
                station.sensor.read();
            }
            return Health.UP;
        } catch (SensorException e) {
            return new Health.Down(e.problem());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Health.down("it was interrupted", "try again");
        }
    }

    @Override
    public synchronized Health health(Trigger trigger) {
        if (invalid.get(trigger) instanceof Health why) {
            return why;
        }
        var station = stations.get(trigger.address());
        return station == null || station.listener(trigger) == null
                ? Health.down(trigger + " is not bound", "report this: it is a mistake in Fern")
                : station.health(time.nanos());
    }

    @Override
    public synchronized Map<String, Health> health() {
        var all = new LinkedHashMap<String, Health>();
        stations.forEach((name, station) -> {
            if (!station.isIdle()) {
                all.put(TYPE + "/" + name, station.health(time.nanos()));
            }
        });
        return all;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        buses.close();
    }
}
