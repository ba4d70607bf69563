package dev.fern;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The options of a binding, read with a default each. Never changes.
public record Options(Map<String, String> asMap) {
    /// No options.
    public static final Options NONE = new Options(Map.of());

    public Options {
        asMap = Collections.unmodifiableMap(new LinkedHashMap<>(asMap));
    }

    public Set<String> names() {
        return asMap.keySet();
    }

    public @Nullable String text(String name) {
        return asMap.get(name);
    }

    public String text(String name, String otherwise) {
        return asMap.getOrDefault(name, otherwise);
    }

    /// One of these words.
    public String word(String name, String otherwise, String... allowed) throws InvalidDefinitionException {
        var value = text(name, otherwise);
        if (!List.of(allowed).contains(value)) {
            throw bad(name, value, "one of " + String.join(", ", allowed));
        }
        return value;
    }

    public boolean flag(String name, boolean otherwise) throws InvalidDefinitionException {
        return word(name, String.valueOf(otherwise), "true", "false").equals("true");
    }

    /// A whole number from `least` to `most`.
    public int number(String name, int otherwise, int least, int most) throws InvalidDefinitionException {
        var value = asMap.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw bad(name, value, "a whole number from " + least + " to " + most);
        }
        throw bad(name, value, "a whole number from " + least + " to " + most);
    }

    /// A duration as [Durations] reads it.
    public Duration duration(String name, Duration otherwise) throws InvalidDefinitionException {
        var value = asMap.get(name);
        if (value == null) {
            return otherwise;
        }
        var duration = Durations.parse(value);
        if (duration == null) {
            throw bad(name, value, "a duration such as 250ms, 20s, 5m or 1h");
        }
        return duration;
    }

    /// Names separated by commas; none if absent.
    public List<String> list(String name) {
        var value = asMap.get(name);
        return value == null ? List.of() : List.of(value.split(","));
    }

    private static InvalidDefinitionException bad(String name, String value, String want) {
        return new InvalidDefinitionException(name + "=" + value + " makes no sense", "give " + name + " " + want);
    }
}
