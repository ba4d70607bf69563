package com.example.fn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fnproject.fn.api.InvocationContext;
import com.fnproject.fn.api.RuntimeContext;
import java.util.Map;

/** Runs the fan and raises an alert while it is too hot. */
public class TooHot {
    private final double limit;

    public TooHot(RuntimeContext function) {
        limit = Double.parseDouble(function.getConfigurationByKey("LIMIT").orElse("30"));
    }

    /**
     * Decides about one reading.
     *
     * @param reading a number of degrees Celsius, or JSON such as {"celsius": 31.5}
     * @return a value for each target in func.yaml; an empty alert takes the last one back
     */
    public Map<String, Object> handle(InvocationContext call, JsonNode reading) {
        call.setResponseContentType("application/vnd.fern.outputs+json");
        double celsius = celsius(reading);
        return celsius > limit
                ? Map.of("fan", "on", "alerts", Map.of("celsius", celsius, "limit", limit))
                : Map.of("fan", "off", "alerts", "");
    }

    private static double celsius(JsonNode reading) {
        var number = reading.isObject() ? reading.path("celsius") : reading;
        if (!number.isNumber()) {
            throw new IllegalArgumentException("no temperature in " + reading);
        }
        return number.doubleValue();
    }
}
