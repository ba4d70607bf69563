package dev.fern.config;

import dev.fern.Settings;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The keys of `sensors:` in fern.yaml. Each driver has some of them.
final class SensorKeys {
    /// So many names; they are read one after the other on each bus.
    static final int MOST = 32;

    private static final List<String> ALL =
            List.of("driver", "bus", "address", "id", "register", "format", "scale", "offset", "name", "unit");
    /// Which keys each driver has. The room `sensor` has a class for each; a test there compares.
    private static final Map<String, List<String>> DRIVERS = Map.of(
            "bme280", List.of("driver", "bus", "address"),
            "ds18b20", List.of("driver", "id"),
            "register", List.of("driver", "bus", "address", "register", "format", "scale", "offset", "name", "unit"));

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{1,2}|\\d{1,3}");
    private static final Pattern ID = Pattern.compile("28-[0-9a-f]{12}");
    private static final Pattern VALUE = Pattern.compile("(?!(at|unit)$)[A-Za-z][A-Za-z0-9_-]{0,31}");
    private static final Pattern UNIT = Pattern.compile("[^\\s\"\\\\\\p{Cntrl}]{1,16}");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,9}(\\.\\d{1,9})?");
    private static final int LOWEST = 0x03;
    private static final int HIGHEST = 0x77;
    private static final String ADDRESS = "an address from 0x03 to 0x77";

    private SensorKeys() {}

    static Map<String, Settings.Sensor> sensors(Section sensors) {
        var all = sensors.each(NAME, "letters, digits, . _ and -", name -> sensor(sensors.section(name)));
        if (sensors.names().size() > MOST) {
            sensors.problem("", "there are " + sensors.names().size() + " sensors", "keep " + MOST + " of them");
        }
        var places = new HashMap<String, String>();
        all.forEach((name, sensor) -> {
            var other = places.putIfAbsent(place(sensor), name);
            if (other != null && !both(all.get(other), sensor)) {
                sensors.problem(
                        name,
                        "is at the same place as " + other,
                        "give it another bus, address or id, or use the name " + other);
            }
        });
        return all;
    }

    /// Several registers of one chip are several sensors.
    private static boolean both(Settings.@Nullable Sensor one, Settings.Sensor other) {
        return one != null && one.register() != null && other.register() != null;
    }

    private static String place(Settings.Sensor sensor) {
        return sensor.driver().equals("ds18b20") ? "w1 " + sensor.id() : sensor.bus() + " " + sensor.address();
    }

    private static Settings.@Nullable Sensor sensor(Section sensor) {
        sensor.required("driver");
        var words = DRIVERS.keySet().stream().sorted().toArray(String[]::new);
        var driver = sensor.word("driver", "", words);
        int bus = sensor.number("bus", 1, 0, 255);
        int standard = driver.equals("register") ? -1 : 0x76;
        int address = number(sensor, "address", standard, LOWEST, HIGHEST, ADDRESS);
        var id = sensor.has("id") ? sensor.text("id", "", ID, "an id such as 28-0316a2794bff") : null;
        var register = register(sensor);
        sensor.done();
        var keys = DRIVERS.get(driver);
        if (keys == null) {
            return null;
        }
        for (var key : ALL) {
            if (sensor.has(key) && !keys.contains(key)) {
                sensor.problem(key, "a " + driver + " has no " + key, "remove it; it has " + String.join(", ", keys));
            }
        }
        if (driver.equals("register")) {
            List.of("address", "register").forEach(sensor::required);
        }
        return new Settings.Sensor(driver, bus, address, id, driver.equals("register") ? register : null);
    }

    private static Settings.Register register(Section sensor) {
        var scale = decimal(sensor, "scale", BigDecimal.ONE);
        if (scale.signum() == 0) {
            sensor.problem("scale", "it would make every value the same", "give a number other than 0");
        }
        return new Settings.Register(
                number(sensor, "register", 0, 0, 255, "a register from 0x00 to 0xff"),
                sensor.word("format", "u8", "u8", "s8", "u16be", "u16le", "s16be", "s16le"),
                scale,
                decimal(sensor, "offset", BigDecimal.ZERO),
                sensor.text("name", "value", VALUE, "up to 32 letters, digits, _ and -, but not at and unit"),
                sensor.has("unit") ? sensor.text("unit", "", UNIT, "up to 16 characters without blanks") : null);
    }

    private static BigDecimal decimal(Section sensor, String name, BigDecimal otherwise) {
        return new BigDecimal(sensor.text(name, otherwise.toString(), DECIMAL, "a number such as 0.0625"));
    }

    private static int number(Section sensor, String name, int otherwise, int least, int most, String want) {
        if (!sensor.has(name)) {
            return otherwise;
        }
        var text = sensor.text(name, "", NUMBER, want);
        if (text.isEmpty()) {
            return otherwise;
        }
        int number = Objects.requireNonNull(Integer.decode(text.replaceFirst("^0+(?=\\d)", "")));
        if (number < least || number > most) {
            sensor.problem(name, "'" + text + "' makes no sense", "give " + want);
        }
        return number;
    }
}
