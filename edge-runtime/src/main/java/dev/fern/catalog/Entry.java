package dev.fern.catalog;

import io.helidon.json.JsonNull;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// An object of the API. Never changes.
sealed interface Entry permits App, Function, HttpTrigger {
    Kind kind();

    String id();

    String name();

    String updatedAt();

    /// As it is stored and as PUT answers it: fields in the server's order, without endpoint annotations of its own.
    JsonObject json();

    /// What PUT makes of it: fields that are given replace, maps are merged, and an empty value removes a key.
    ///
    /// @param now becomes `updated_at`, if anything changes
    Entry merge(Fields changes, String now) throws RefusedException;

    static @Nullable SortedMap<String, String> merge(
            @Nullable SortedMap<String, String> config, @Nullable Map<String, String> changes) {
        if (changes == null) {
            return config;
        }
        var merged = config == null ? new TreeMap<String, String>() : new TreeMap<>(config);
        changes.forEach((key, value) -> {
            if (value.isEmpty()) {
                merged.remove(key);
            } else {
                merged.put(key, value);
            }
        });
        return merged;
    }

    static JsonValue json(@Nullable Map<String, String> config) {
        if (config == null) {
            return JsonNull.instance();
        }
        var json = JsonObject.builder();
        config.forEach(json::set);
        return json.build();
    }

    /// Adds a time, unless it is not known: a follower keeps no `updated_at`, and a client reads times strictly.
    static JsonObject.Builder time(JsonObject.Builder json, String name, String time) {
        return time.isEmpty() ? json : json.set(name, time);
    }

    /// A name of letters, numbers, `_` and `-`, as apps and triggers have.
    static boolean isPlainName(String name) {
        IntPredicate plain = c -> Character.isLetter(c) || isNumber(c) || c == '_' || c == '-';
        return name.codePoints().allMatch(plain);
    }

    /// Unicode's category N, as Go's unicode.IsNumber.
    private static boolean isNumber(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> false;
        };
    }
}
