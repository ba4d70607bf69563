package dev.fern.sensor;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.kit.Await;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// With a thread for each bus.
class BusesTest {
    private final FakeTime time = new FakeTime();
    private final RecordingIntake intake = new RecordingIntake();
    private final Metrics metrics = new Metrics();
    private final CountDownLatch wire = new CountDownLatch(1);

    /// A sensor whose bus does not answer until the wire is mended, and cannot be interrupted, as the kernel.
    private Sensor stuck(String bus) {
        return new Sensor() {
            @Override
            public String bus() {
                return bus;
            }

            @Override
            public Reading read() {
                boolean waiting = true;
                while (waiting) {
                    try {
                        wire.await();
                        waiting = false;
                    } catch (InterruptedException e) {
                        // the kernel does not hear it
                    }
                }
                return Reading.of("temperature", BigDecimal.ONE);
            }
        };
    }

    @Test
    void a_bus_that_hangs_holds_up_its_own_sensors_only_and_is_said() throws Exception {
        var sensors = new LinkedHashMap<String, Sensor>();
        sensors.put("air", stuck("i2c-1"));
        sensors.put("attic", new SensorBench.Thermometer("i2c-1"));
        sensors.put("tank", new SensorBench.Thermometer("w1"));
        var adapter = new SensorAdapter(sensors, "test", time, metrics, new Buses());
        adapter.start(intake);
        var log = fn("a/log", "on/air", "sensor:air", "on/attic", "sensor:attic", "on/tank", "sensor:tank?every=1s");
        var air = log.triggers().get(1);
        adapter.bind(log.triggers().subList(1, 4), List.of());

        assertThat(intake.next().trigger().name()).isEqualTo("tank");
        assertThat(adapter.health(air))
                .isEqualTo(Health.down("sensor air is being read for the first time", "wait a little"));
        for (int i = 0; i < 31; i++) {
            int second = i;
            Await.until(
                    "the tank's turn " + second,
                    () -> Health.UP.equals(adapter.health(log.triggers().get(3))));
            time.advance(Duration.ofSeconds(1));
            assertThat(intake.next().trigger().name()).isEqualTo("tank");
        }
        assertThat(adapter.health(air).toString()).contains("has not been read for 31 s: its bus, i2c-1, hangs");
        assertThat(adapter.health(log.triggers().get(2)).toString()).contains("i2c-1, hangs");
        assertThat(late("air")).as("turns that were missed").isEqualTo(3);

        wire.countDown();

        assertThat(intake.next().trigger().name()).isEqualTo("air");
        assertThat(intake.next().trigger().name()).isEqualTo("attic");
        Await.until("all are up", () -> adapter.health().values().stream().allMatch(Health.UP::equals));
        adapter.close();
    }

    private long late(String sensor) {
        var found = new long[1];
        metrics.forEachCounter((series, value) -> {
            if (series.name().equals("fern_sensor_late_total")
                    && sensor.equals(series.labels().get("sensor"))) {
                found[0] = value;
            }
        });
        return found[0];
    }

    @Test
    void the_end_does_not_wait_for_a_bus_that_hangs() throws Exception {
        var adapter = new SensorAdapter(
                new LinkedHashMap<>(java.util.Map.of("air", stuck("i2c-9"))), "test", time, metrics, new Buses());
        adapter.start(intake);
        adapter.bind(fn("a/log", "on/air", "sensor:air").triggers().subList(1, 2), List.of());
        Await.until("it is being read", () -> thread("fern-sensor-i2c-9"));

        adapter.close();

        wire.countDown();
        Await.until("its thread ends with the kernel's call", () -> !thread("fern-sensor-i2c-9"));
        assertThat(adapter.health()).containsOnlyKeys("sensor/air");
    }

    private static boolean thread(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(name));
    }
}
