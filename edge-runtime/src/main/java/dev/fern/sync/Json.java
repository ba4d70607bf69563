package dev.fern.sync;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonException;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// JSON from somebody nobody vouches for, and its one canonical spelling.
final class Json {
    /// Objects and arrays in each other. The parser is recursive: a deeper text would end in a stack overflow.
    private static final int DEEPEST = 64;
    /// Digits of a number, and zeros that its exponent stands for. The generator writes the exponent out.
    private static final int LONGEST = 400;

    private Json() {}

    static @Nullable JsonValue parse(String text) {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The first document in the text, [#canonical]: an Fn server sometimes writes two back to back. Null if it is no
    /// JSON, is cut off, or goes too deep.
    static @Nullable JsonValue parse(byte[] text) {
        if (tooDeep(text)) {
            return null;
        }
        try {
            // the parser looks into strings and numbers only when asked for them; this asks for all
            return canonical(JsonParser.create(text).readJsonValue());
        } catch (RuntimeException e) {
            // not only JsonException: helidon-json 4.5.0 steps out of an array where an é follows a number;
            // the message is a dump of the text, which may hold secrets
            return null;
        }
    }

    private static boolean tooDeep(byte[] text) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length; i++) {
            switch (text[i]) {
                case '\\' -> i += quoted ? 1 : 0;
                case '"' -> quoted = !quoted;
                case '{', '[' -> depth += quoted ? 0 : 1;
                case '}', ']' -> depth -= quoted ? 0 : 1;
                default -> {}
            }
            if (depth > DEEPEST) {
                return true;
            }
        }
        return false;
    }

    /// The object of that name, an empty one if it is not there or is something else.
    static JsonObject object(JsonObject parent, String key) {
        return parent.value(key).orElse(null) instanceof JsonObject object ? object : JsonObject.empty();
    }

    /// The string of that name, empty if it is not there or is something else.
    static String string(JsonObject parent, String key) {
        return parent.value(key).orElse(null) instanceof JsonString string ? string.value() : "";
    }

    /// The same value with the keys of all objects sorted, so that equal values have equal texts. Numbers too long to
    /// be written out become strings.
    static JsonValue canonical(JsonValue value) {
        return switch (value) {
            case JsonObject object -> {
                var sorted = JsonObject.builder();
                for (var key : new TreeSet<>(object.keysAsStrings())) {
                    sorted.set(key, canonical(object.value(key).orElseThrow()));
                }
                yield sorted.build();
            }
            case JsonArray array ->
                JsonArray.create(array.values().stream().map(Json::canonical).toList());
            case JsonNumber number -> {
                var exact = exact(number);
                yield exact != null && exact.precision() <= LONGEST && Math.abs(exact.scale()) <= LONGEST
                        ? JsonNumber.create(exact)
                        : JsonString.create(exact == null ? "a number out of range" : exact.toString());
            }
            case JsonString text -> JsonString.create(text.value());
            default -> value;
        };
    }

    /// The number, or null if not even [BigDecimal] holds it.
    private static @Nullable BigDecimal exact(JsonNumber number) {
        try {
            return number.bigDecimalValue();
        } catch (JsonException e) {
            return null;
        }
    }
}
