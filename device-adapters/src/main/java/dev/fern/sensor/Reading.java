package dev.fern.sensor;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a sensor said at one moment. Decimal, so that a difference of 0.1 is 0.1.
///
/// @param values by names that need no escaping in JSON, in the order they are shown
/// @param unit of all of them, if fern.yaml gives one, else null
record Reading(Map<String, BigDecimal> values, @Nullable String unit) {
    Reading {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static Reading of(String name, BigDecimal value) {
        return new Reading(Map.of(name, value), null);
    }

    /// Whether some value is at least so far from the other reading's.
    boolean differs(Reading other, BigDecimal by) {
        return !values.keySet().equals(other.values.keySet())
                || values.entrySet().stream()
                        .anyMatch(value -> value.getValue()
                                        .subtract(other.values.getOrDefault(value.getKey(), BigDecimal.ZERO))
                                        .abs()
                                        .compareTo(by)
                                >= 0);
    }

    /// `{"temperature":21.4,"at":"2026-11-27T06:05:00Z"}`.
    String json(Instant at) {
        var json = new StringBuilder("{");
        values.forEach((name, value) -> json.append('"')
                .append(name)
                .append("\":")
                .append(value.stripTrailingZeros().toPlainString())
                .append(','));
        if (unit != null) {
            json.append("\"unit\":\"").append(unit).append("\",");
        }
        return json.append("\"at\":\"").append(at).append("\"}").toString();
    }
}
