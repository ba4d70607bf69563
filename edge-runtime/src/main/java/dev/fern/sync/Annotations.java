package dev.fern.sync;

import dev.fern.InvalidDefinitionException;
import dev.fern.Vocabulary;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonBoolean;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The annotations that hold for a function: its own, over its app's under `fern/`.
final class Annotations {
    private static final String OURS = "fern/";
    private static final String ON = "fern/on/";
    private static final String TO = "fern/to/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");

    private final Map<String, JsonValue> all = new TreeMap<>();

    Annotations(Fields app, Fields fn) throws InvalidDefinitionException {
        var defaults = app.object("annotations").json();
        for (var key : defaults.keysAsStrings()) {
            if (key.startsWith(OURS)) {
                all.put(key, defaults.value(key).orElseThrow());
            }
        }
        var own = fn.object("annotations").json();
        for (var key : own.keysAsStrings()) {
            all.put(key, own.value(key).orElseThrow());
        }
    }

    /// Refuses what does not exist under `fern/`.
    void check() throws InvalidDefinitionException {
        for (var key : all.keySet()) {
            if (key.startsWith(ON) || key.startsWith(TO)) {
                var name = key.substring(ON.length());
                if (!NAME.matcher(name).matches()) {
                    throw new InvalidDefinitionException(
                            "'" + name + "' in annotation " + key + " is no name",
                            "use 1 to 100 letters, digits, - and _");
                }
            } else if (key.startsWith(OURS)) {
                Vocabulary.checkAnnotation(key);
            }
        }
    }

    /// The bindings of `fern/on/NAME`, by NAME; those that are `"off"` are left out.
    Map<String, List<String>> triggers() throws InvalidDefinitionException {
        return bindings(ON);
    }

    /// The bindings of `fern/to/NAME`, by NAME.
    Map<String, List<String>> targets() throws InvalidDefinitionException {
        return bindings(TO);
    }

    private Map<String, List<String>> bindings(String prefix) throws InvalidDefinitionException {
        var found = new TreeMap<String, List<String>>();
        for (var entry : all.entrySet()) {
            if (entry.getKey().startsWith(prefix) && !isOff(entry.getValue())) {
                found.put(entry.getKey().substring(prefix.length()), strings(entry.getKey(), entry.getValue()));
            }
        }
        return found;
    }

    private static boolean isOff(JsonValue value) {
        return value instanceof JsonString text && text.value().equals("off");
    }

    private static List<String> strings(String key, JsonValue value) throws InvalidDefinitionException {
        var items = value instanceof JsonArray array ? array.values() : List.of(value);
        var strings = new ArrayList<String>();
        for (var item : items) {
            if (!(item instanceof JsonString text)) {
                throw new InvalidDefinitionException(
                        "annotation " + key + " is neither a string nor an array of strings",
                        "write it as \"TYPE:ADDRESS\" or [\"TYPE:ADDRESS\", ...]");
            }
            strings.add(text.value());
        }
        if (strings.isEmpty()) {
            throw new InvalidDefinitionException(
                    "annotation " + key + " is an empty array", "write TYPE:ADDRESS in it, or \"off\" in its place");
        }
        return strings;
    }

    /// The word that annotation holds, or the default. A number or `true` need no quotes.
    String word(String key, String otherwise) throws InvalidDefinitionException {
        var value = all.get(key);
        if (value == null) {
            return otherwise;
        }
        var word = word(value);
        if (word == null) {
            throw new InvalidDefinitionException("annotation " + key + " is no string", "write it in quotes");
        }
        return word;
    }

    private static @Nullable String word(JsonValue value) {
        return switch (value) {
            case JsonString text -> text.value();
            case JsonBoolean flag -> String.valueOf(flag.value());
            case JsonNumber number -> number.bigDecimalValue().toString();
            default -> null;
        };
    }

    /// One of these words.
    String word(String key, String otherwise, List<String> allowed) throws InvalidDefinitionException {
        var word = word(key, otherwise);
        if (!allowed.contains(word)) {
            throw new InvalidDefinitionException(
                    "annotation " + key + "=" + word + " makes no sense", "use one of " + String.join(", ", allowed));
        }
        return word;
    }

    /// A whole number from `least` to `most`.
    int number(String key, int otherwise, int least, int most) throws InvalidDefinitionException {
        var word = word(key, String.valueOf(otherwise));
        try {
            int number = new BigDecimal(word).intValueExact();
            if (number >= least && number <= most) {
                return number;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw noNumber(key, word, least, most);
        }
        throw noNumber(key, word, least, most);
    }

    private static InvalidDefinitionException noNumber(String key, String word, int least, int most) {
        return new InvalidDefinitionException(
                "annotation " + key + "=" + word + " makes no sense",
                "give it a whole number from " + least + " to " + most);
    }

    /// As text, for comparing versions.
    Map<String, String> texts() {
        var texts = new TreeMap<String, String>();
        all.forEach((key, value) -> texts.put(key, word(value) instanceof String word ? word : value.toString()));
        return texts;
    }
}
