package dev.fern.images;

import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import io.helidon.json.JsonValueType;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// JSON that somebody else wrote. A field that is null, or of another type than it should be, counts as absent: what
/// is needed is asked for by who needs it.
final class Json {
    /// Deeper than any manifest, and far from the end of the parser's stack.
    private static final int DEEPEST = 64;

    private Json() {}

    /// The object in these bytes, or null if they are none.
    static @Nullable JsonObject object(byte[] bytes) {
        if (depth(bytes) > DEEPEST) {
            return null;
        }
        try {
            return JsonParser.create(bytes).readJsonObject();
        } catch (JsonException e) {
            return null;
        }
    }

    /// The parser is recursive: 4 MB of `[` would end its thread.
    private static int depth(byte[] bytes) {
        int deepest = 0;
        int depth = 0;
        boolean inString = false;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (inString) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    inString = false;
                }
            } else if (b == '"') {
                inString = true;
            } else if (b == '{' || b == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
        return deepest;
    }

    static @Nullable String string(JsonObject object, String key) {
        return object.value(key).orElse(null) instanceof JsonString string ? text(string) : null;
    }

    /// Escapes are looked at only here; null if they are none.
    private static @Nullable String text(JsonString string) {
        try {
            return string.value();
        } catch (JsonException e) {
            return null;
        }
    }

    static long number(JsonObject object, String key, long otherwise) {
        try {
            return object.value(key)
                    .filter(value -> value.type() == JsonValueType.NUMBER)
                    .map(value -> value.asNumber().bigDecimalValue().longValueExact())
                    .orElse(otherwise);
        } catch (ArithmeticException | NumberFormatException e) {
            return otherwise;
        }
    }

    static boolean isTrue(JsonObject object, String key) {
        return object.value(key)
                .filter(value -> value.type() == JsonValueType.BOOLEAN)
                .map(value -> value.asBoolean().value())
                .orElse(false);
    }

    static JsonObject object(JsonObject object, String key) {
        return object.value(key).orElse(null) instanceof JsonObject found ? found : JsonObject.empty();
    }

    static List<JsonObject> objects(JsonObject object, String key) {
        return values(object, key)
                .filter(JsonObject.class::isInstance)
                .map(JsonValue::asObject)
                .toList();
    }

    static List<String> strings(JsonObject object, String key) {
        return values(object, key)
                .filter(JsonString.class::isInstance)
                .map(value -> text(value.asString()))
                .filter(Objects::nonNull)
                .toList();
    }

    private static Stream<JsonValue> values(JsonObject object, String key) {
        return object.value(key)
                .filter(value -> value.type() == JsonValueType.ARRAY)
                .map(value -> value.asArray().values().stream())
                .orElse(Stream.empty());
    }
}
