package dev.fern.sensor;

import dev.fern.InvalidDefinitionException;
import dev.fern.Settings;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// A sensor that says the same until [#say]: a room on a mild day. Any thread.
final class SimulatedSensor implements Sensor {
    private static final BigDecimal MILD = new BigDecimal("21.5");
    private static final int RAW = 100;
    private static final String PAIR = "\\s*\"(\\w[\\w-]{0,31})\"\\s*:\\s*(-?\\d{1,9}(?:\\.\\d{1,9})?)\\s*";
    private static final Pattern PAIRS = Pattern.compile(PAIR);
    private static final Pattern VALUES = Pattern.compile("\\{(\\s*|" + PAIR + "(?:," + PAIR + "){0,9})}");

    private Reading reading;

    private SimulatedSensor(Reading reading) {
        this.reading = reading;
    }

    static SimulatedSensor of(Settings.Sensor sensor) {
        if (sensor.register() instanceof Settings.Register register) {
            return new SimulatedSensor(Register.of(register, RAW));
        }
        var values = new LinkedHashMap<String, BigDecimal>();
        values.put("temperature", MILD);
        if (sensor.driver().equals("bme280")) {
            values.put("humidity", new BigDecimal("45"));
            values.put("pressure", new BigDecimal("1013.25"));
        }
        return new SimulatedSensor(new Reading(values, null));
    }

    @Override
    public String bus() {
        return "simulated";
    }

    @Override
    public synchronized Reading read() {
        return reading;
    }

    /// Says these values from now on, and the others as before.
    ///
    /// @param json a flat object of numbers, or nothing
    synchronized void say(String json) throws InvalidDefinitionException {
        var values = new LinkedHashMap<>(reading.values());
        if (!json.isBlank()) {
            if (!VALUES.matcher(json.strip()).matches()) {
                throw no("'" + json.strip() + "' is no reading", values);
            }
            var pairs = PAIRS.matcher(json);
            while (pairs.find()) {
                if (values.replace(pairs.group(1), new BigDecimal(pairs.group(2))) == null) {
                    throw no("the sensor has no " + pairs.group(1), values);
                }
            }
        }
        reading = new Reading(values, reading.unit());
    }

    private static InvalidDefinitionException no(String why, Map<String, BigDecimal> values) {
        return new InvalidDefinitionException(
                why,
                "give numbers for " + String.join(", ", values.keySet()) + ", such as {\""
                        + values.keySet().iterator().next() + "\":31}");
    }
}
