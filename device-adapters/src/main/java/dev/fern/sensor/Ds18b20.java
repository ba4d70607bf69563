package dev.fern.sensor;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A DS18B20 thermometer, through the kernel's w1_therm (Documentation/w1/slaves/w1_therm.rst). Reading the file makes
/// it
/// measure, which takes three quarters of a second.
final class Ds18b20 implements Sensor {
    private static final String FAMILY = "28-*";
    private static final Pattern CRC = Pattern.compile("crc=[0-9a-f]{2} (YES|NO)");
    private static final Pattern WHOLE = Pattern.compile("(?:^|t=)(-?\\d{1,7})\\s*$");
    /// What it says after power came and before it has measured: 85 degrees.
    private static final int POWER_ON = 85_000;

    private final Path devices;
    private final @Nullable String id;

    /// @param sys /sys
    /// @param id the folder's name, or null for the only one there is
    Ds18b20(Path sys, @Nullable String id) {
        devices = sys.resolve("bus/w1/devices");
        this.id = id;
    }

    /// All of them: the kernel has one lock a line, but who is on which line can change.
    @Override
    public String bus() {
        return "w1";
    }

    @Override
    public Reading read() throws SensorException {
        var folder = folder();
        var name = folder.getFileName();
        String text;
        try {
            // older kernels have only the first; the second says nothing of a checksum that fails
            var checked = folder.resolve("w1_slave");
            text = Files.readString(Files.exists(checked) ? checked : folder.resolve("temperature"));
        } catch (IOException e) {
            throw new SensorException(name + " cannot be read (" + e.getMessage() + ")", "check the wiring");
        }
        var crc = CRC.matcher(text);
        if (crc.find() && crc.group(1).equals("NO")) {
            throw new SensorException(
                    "what " + name + " said came garbled (CRC)", "check the wiring and the pull-up of 4.7 kOhm");
        }
        var temperature = WHOLE.matcher(text);
        if (!temperature.find()) {
            throw new SensorException(name + " said nothing", "check the wiring and the pull-up of 4.7 kOhm");
        }
        int thousandths = Integer.parseInt(temperature.group(1));
        if (thousandths == POWER_ON) {
            throw new SensorException(
                    name + " says 85 C, as it does when its power has failed", "check its supply, and its wires");
        }
        return Reading.of("temperature", BigDecimal.valueOf(thousandths, 3));
    }

    private Path folder() throws SensorException {
        var there = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(devices, FAMILY)) {
            all.forEach(there::add);
        } catch (IOException e) {
            throw new SensorException(
                    "there is no 1-wire bus: no folder " + devices,
                    "switch it on (Raspberry Pi: dtoverlay=w1-gpio in config.txt, and modprobe w1-therm)");
        }
        for (var folder : there) {
            if (there.size() == 1 && id == null || folder.endsWith(String.valueOf(id))) {
                return folder;
            }
        }
        var names = there.stream()
                .map(folder -> String.valueOf(folder.getFileName()))
                .sorted();
        throw there.isEmpty()
                ? new SensorException("there is no thermometer on the 1-wire bus", "check the wiring")
                : wrong(names.toList());
    }

    private SensorException wrong(List<String> names) {
        var all = String.join(", ", names);
        return id == null
                ? new SensorException("there are " + names.size() + " thermometers", "give id: one of " + all)
                : new SensorException("there is no " + id + " on the 1-wire bus", "check the wiring; there is " + all);
    }
}
