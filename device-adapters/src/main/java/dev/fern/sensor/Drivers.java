package dev.fern.sensor;

import dev.fern.Settings;
import java.nio.file.Path;

/// The drivers there are, by the words of fern.yaml.
final class Drivers {
    private Drivers() {}

    /// @param dev where the kernel shows its devices, /dev
    /// @param sys where it shows the rest, /sys
    static Sensor of(Settings.Sensor sensor, Path dev, Path sys) {
        return switch (sensor.driver()) {
            case "bme280" -> new Bme280(SmbusChip.bus(sensor), () -> SmbusChip.open(dev, sensor));
            case "ds18b20" -> new Ds18b20(sys, sensor.id());
            case "register" -> {
                var register = sensor.register();
                if (register == null) {
                    throw new IllegalArgumentException("a register without its number");
                }
                yield new Register(SmbusChip.bus(sensor), register, () -> SmbusChip.open(dev, sensor));
            }
            default -> throw new IllegalArgumentException("no driver " + sensor.driver());
        };
    }
}
