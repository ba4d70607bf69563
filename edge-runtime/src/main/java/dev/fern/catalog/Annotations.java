package dev.fern.catalog;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonException;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Annotations with the limits of an Fn server (fn/api/models/annotations.go). Never changes.
record Annotations(SortedMap<String, JsonValue> values) {
    static final Annotations NONE = new Annotations(Collections.emptySortedMap());

    private static final int MAX_KEYS = 100;
    private static final int MAX_KEY_BYTES = 128;
    private static final int MAX_VALUE_BYTES = 512;
    private static final Pattern KEY = Pattern.compile("[!-~]+");

    static Annotations of(JsonObject object) throws RefusedException {
        var values = new TreeMap<String, JsonValue>();
        for (var key : object.keysAsStrings()) {
            var value = object.value(key, JsonNull.instance());
            if (hasHugeNumber(value)) {
                throw tooLong();
            }
            values.put(key, value);
        }
        return new Annotations(values);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    Annotations with(String key, JsonValue value) {
        var copy = new TreeMap<>(values);
        copy.put(key, value);
        return new Annotations(copy);
    }

    Annotations without(String key) {
        var copy = new TreeMap<>(values);
        copy.remove(key);
        return new Annotations(copy);
    }

    /// These with the changes over them; the empty string removes.
    Annotations merge(Annotations changes) {
        var copy = new TreeMap<>(values);
        for (var change : changes.values.entrySet()) {
            if (change.getValue() instanceof JsonString text && text.value().isEmpty()) {
                copy.remove(change.getKey());
            } else {
                copy.put(change.getKey(), change.getValue());
            }
        }
        return new Annotations(copy);
    }

    Annotations validate() throws RefusedException {
        for (var entry : values.entrySet()) {
            validate(entry.getKey(), entry.getValue());
        }
        if (values.size() > MAX_KEYS) {
            throw RefusedException.badRequest("Invalid annotation change, new key(s) exceed maximum permitted number of"
                    + " annotations keys (" + MAX_KEYS + ")");
        }
        return this;
    }

    private static void validate(String key, JsonValue value) throws RefusedException {
        if (!KEY.matcher(key).matches()) {
            throw RefusedException.badRequest("Invalid annotation key, annotation keys must be non-empty ascii strings"
                    + " excluding whitespace");
        }
        if (key.length() > MAX_KEY_BYTES) {
            throw RefusedException.badRequest("Invalid annotation key length, annotation keys may not be larger than "
                    + MAX_KEY_BYTES + " bytes");
        }
        if (value instanceof JsonNull
                || value instanceof JsonString text && text.value().isEmpty()) {
            throw RefusedException.badRequest("Invalid annotation value, annotation values may only be non-empty"
                    + " strings, numbers, objects, or arrays");
        }
        if (value.toString().getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
            throw tooLong();
        }
    }

    private static RefusedException tooLong() {
        return RefusedException.badRequest("Invalid annotation value length, annotation values may not be larger than "
                + MAX_VALUE_BYTES + " bytes when serialized as JSON");
    }

    /// A number such as 1e999999999: the JSON library would write out each of its digits.
    private static boolean hasHugeNumber(JsonValue value) {
        return switch (value) {
            case JsonNumber number -> isHuge(number);
            case JsonArray array -> array.values().stream().anyMatch(Annotations::hasHugeNumber);
            case JsonObject object ->
                object.keysAsStrings().stream().anyMatch(key -> hasHugeNumber(object.value(key, JsonNull.instance())));
            default -> false;
        };
    }

    private static boolean isHuge(JsonNumber number) {
        try {
            var decimal = number.bigDecimalValue();
            return Math.abs((long) decimal.scale()) + decimal.precision() > MAX_VALUE_BYTES;
        } catch (JsonException e) {
            return true;
        }
    }

    JsonObject json() {
        var json = JsonObject.builder();
        values.forEach(json::set);
        return json.build();
    }
}
