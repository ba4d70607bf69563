package dev.fern.sensor;

import dev.fern.Adapter;
import dev.fern.AdapterProvider;
import dev.fern.Control;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Time;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/// Makes the adapter for sensors: those of the kernel's buses, or simulated ones if `device.board` is `simulated`.
public final class SensorProvider implements AdapterProvider {
    @Override
    public Adapter create(Settings settings, Time time, Metrics metrics, Control control) {
        boolean simulated = settings.device().board().equals("simulated");
        var sensors = new LinkedHashMap<String, Sensor>();
        settings.sensors()
                .forEach((name, sensor) -> sensors.put(
                        name,
                        simulated ? SimulatedSensor.of(sensor) : Drivers.of(sensor, Path.of("/dev"), Path.of("/sys"))));
        return new SensorAdapter(sensors, settings.device().id(), time, metrics, new Buses());
    }
}
