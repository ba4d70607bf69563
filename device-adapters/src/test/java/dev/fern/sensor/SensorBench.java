package dev.fern.sensor;

import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Trigger;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// An adapter with sensors that say what a test wants, on a clock that stands still. Readings are taken at once.
final class SensorBench implements AutoCloseable {
    /// A thermometer.
    static final class Thermometer implements Sensor {
        final String bus;
        int reads;
        BigDecimal says = new BigDecimal("20");

        @Nullable String trouble;

        @Nullable RuntimeException bug;

        Thermometer(String bus) {
            this.bus = bus;
        }

        @Override
        public String bus() {
            return bus;
        }

        @Override
        public Reading read() throws SensorException {
            reads++;
            if (bug != null) {
                throw bug;
            }
            if (trouble != null) {
                throw new SensorException(trouble, "check the wiring");
            }
            return Reading.of("temperature", says);
        }
    }

    final FakeTime time = new FakeTime();
    final Metrics metrics = new Metrics();
    final RecordingIntake intake = new RecordingIntake();
    final Thermometer air = new Thermometer("i2c-1");
    final Thermometer tank = new Thermometer("w1");
    final SensorAdapter adapter;

    SensorBench() {
        var sensors = new LinkedHashMap<String, Sensor>();
        sensors.put("air", air);
        sensors.put("tank", tank);
        adapter = new SensorAdapter(sensors, "test", time, metrics, new Buses() {
            @Override
            Executor of(String bus) {
                return Runnable::run;
            }
        });
        adapter.start(intake);
    }

    void bind(Fn... fns) {
        var triggers = new ArrayList<Trigger>();
        for (var fn : fns) {
            try {
                adapter.check(fn, List.of());
            } catch (InvalidDefinitionException e) {
                throw new AssertionError(e);
            }
            fn.triggers().stream().filter(t -> t.type().equals("sensor")).forEach(triggers::add);
        }
        adapter.bind(triggers, List.of());
    }

    void say(String degrees) {
        air.says = new BigDecimal(degrees);
    }

    void advance(String duration) {
        time.advance(Duration.parse("PT" + duration));
    }

    /// The events since the last time, as `TRIGGER BODY` without the time.
    List<String> told() {
        return intake.rest().stream()
                .map(call ->
                        call.trigger().name() + " " + call.event().data().text().replaceAll(",?\"at\":\"[^\"]*\"", ""))
                .toList();
    }

    String health(Fn fn) {
        var health = adapter.health(fn.triggers().getLast());
        return health instanceof Health.Down down ? down.problem().toString() : "up";
    }

    long count(String name, String... labels) {
        var series = new TreeSeries(name, labels).series();
        var found = new long[1];
        metrics.forEachCounter((other, value) -> found[0] += other.equals(series) ? value : 0);
        return found[0];
    }

    private record TreeSeries(String name, String... labels) {
        Metrics.Series series() {
            var map = new java.util.TreeMap<String, String>();
            for (int i = 0; i < labels.length; i += 2) {
                map.put(labels[i], labels[i + 1]);
            }
            return new Metrics.Series(name, Map.copyOf(map));
        }
    }

    @Override
    public void close() {
        adapter.close();
    }
}
