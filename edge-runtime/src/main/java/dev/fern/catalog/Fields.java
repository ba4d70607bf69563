package dev.fern.catalog;

import io.helidon.json.JsonException;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object, read as strictly as an Fn server reads them (Go's encoding/json into typed fields):
/// null and absent are the same, unknown fields do not matter, what follows the first document neither.
final class Fields {
    /// Deeper JSON is refused before it can exhaust the parser's stack.
    private static final int MAX_DEPTH = 100;

    private final JsonObject object;

    Fields(JsonObject object) {
        this.object = object;
    }

    static Fields parse(byte[] json) throws RefusedException {
        if (depth(json) > MAX_DEPTH) {
            throw RefusedException.invalidJson();
        }
        try {
            return switch (JsonParser.create(json).readJsonValue()) {
                case JsonObject object -> new Fields(object);
                case JsonNull _ -> new Fields(JsonObject.empty());
                default -> throw RefusedException.invalidJson();
            };
        } catch (JsonException e) {
            throw RefusedException.invalidJson();
        }
    }

    /// How deep brackets are nested, those in strings apart.
    private static int depth(byte[] json) {
        int depth = 0;
        int deepest = 0;
        boolean inString = false;
        for (int i = 0; i < json.length; i++) {
            switch (json[i]) {
                case '"' -> inString = !inString;
                case '\\' -> i++;
                case '{', '[' -> deepest = inString ? deepest : Math.max(deepest, ++depth);
                case '}', ']' -> depth -= inString ? 0 : 1;
                default -> {}
            }
        }
        return deepest;
    }

    private @Nullable JsonValue value(String name) {
        var value = object.value(name).orElse(null);
        return value instanceof JsonNull ? null : value;
    }

    /// The text, empty if absent.
    String text(String name) throws RefusedException {
        var text = textOrNull(name);
        return text == null ? "" : text;
    }

    @Nullable String textOrNull(String name) throws RefusedException {
        return switch (value(name)) {
            case null -> null;
            case JsonString text -> text.value();
            default -> throw RefusedException.invalidJson();
        };
    }

    /// The whole number, 0 if absent.
    int whole(String name) throws RefusedException {
        var value = value(name);
        if (value == null) {
            return 0;
        }
        if (!(value instanceof JsonNumber number)) {
            throw RefusedException.invalidJson();
        }
        try {
            var decimal = number.bigDecimalValue();
            if (decimal.scale() != 0) {
                throw RefusedException.invalidJson();
            }
            return decimal.intValueExact();
        } catch (ArithmeticException | JsonException e) {
            throw RefusedException.invalidJson();
        }
    }

    /// Strings by name, null if absent.
    @Nullable SortedMap<String, String> strings(String name) throws RefusedException {
        var value = value(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonObject map)) {
            throw RefusedException.invalidJson();
        }
        var strings = new TreeMap<String, String>();
        var fields = new Fields(map);
        for (var key : map.keysAsStrings()) {
            strings.put(key, fields.text(key));
        }
        return strings;
    }

    /// Whether a time is given that is not Go's zero time, which the fn CLI sends for "none".
    boolean hasTime(String name) throws RefusedException {
        var text = textOrNull(name);
        if (text == null) {
            return false;
        }
        try {
            return OffsetDateTime.parse(text).getYear() != 1;
        } catch (DateTimeParseException e) {
            throw RefusedException.invalidJson();
        }
    }

    Annotations annotations() throws RefusedException {
        var value = value("annotations");
        if (value == null) {
            return Annotations.NONE;
        }
        if (!(value instanceof JsonObject map)) {
            throw RefusedException.invalidJson();
        }
        return Annotations.of(map);
    }
}
