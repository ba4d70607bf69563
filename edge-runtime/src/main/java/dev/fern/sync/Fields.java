package dev.fern.sync;

import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An object of a document, whose fields are what they should be or an error in plain words. `null` is as
/// good as absent.
///
/// @param of whose fields these are, for messages
record Fields(String of, JsonObject json) {
    private @Nullable JsonValue value(String key) {
        var value = json.value(key).orElse(null);
        return value instanceof JsonNull ? null : value;
    }

    /// A string that must be there.
    String text(String key) throws InvalidDefinitionException {
        if (value(key) instanceof JsonString text && !text.value().isEmpty()) {
            return text.value();
        }
        throw new InvalidDefinitionException(of + " has no " + key, "give it one");
    }

    /// A whole number from `least` to `most`. 0 is as good as absent, as it is for an Fn server.
    int number(String key, int otherwise, int least, int most) throws InvalidDefinitionException {
        var value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof JsonNumber number) {
            try {
                int whole = number.bigDecimalValue().intValueExact();
                if (whole == 0) {
                    return otherwise;
                }
                if (whole >= least && whole <= most) {
                    return whole;
                }
            } catch (ArithmeticException e) {
                throw noNumber(key, least, most);
            }
        }
        throw noNumber(key, least, most);
    }

    private InvalidDefinitionException noNumber(String key, int least, int most) {
        return new InvalidDefinitionException(
                key + " of " + of + " makes no sense", "give it a whole number from " + least + " to " + most);
    }

    /// An object, empty if it is not there.
    Fields object(String key) throws InvalidDefinitionException {
        return switch (value(key)) {
            case null -> new Fields(key + " of " + of, JsonObject.empty());
            case JsonObject object -> new Fields(key + " of " + of, object);
            default ->
                throw new InvalidDefinitionException(key + " of " + of + " is no object", "write it as {\"KEY\": ...}");
        };
    }

    /// An array of objects, empty if it is not there.
    List<Fields> objects(String key) throws InvalidDefinitionException {
        var all = new ArrayList<Fields>();
        switch (value(key)) {
            case null -> {}
            case JsonArray array -> {
                for (var item : array.values()) {
                    if (!(item instanceof JsonObject object)) {
                        throw new InvalidDefinitionException(
                                key + " of " + of + " has an entry that is no object", "remove it");
                    }
                    all.add(new Fields("an entry in " + key + " of " + of, object));
                }
            }
            default -> throw new InvalidDefinitionException(key + " of " + of + " is no array", "write it as [...]");
        }
        return all;
    }

    /// All fields, which must be strings.
    Map<String, String> texts() throws InvalidDefinitionException {
        var all = new TreeMap<String, String>();
        for (var key : json.keysAsStrings()) {
            if (!(json.value(key).orElse(null) instanceof JsonString text)) {
                throw new InvalidDefinitionException(key + " in " + of + " is no string", "write it in quotes");
            }
            all.put(key, text.value());
        }
        return all;
    }
}
