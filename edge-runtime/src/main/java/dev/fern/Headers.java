package dev.fern;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Header fields as HTTP has them (RFC 9110, section 5): names in any case, several values a name. Never changes.
public final class Headers {
    /// No fields.
    public static final Headers NONE = new Headers(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));

    /// Fields of a connection, in lower case (RFC 9110, section 7.6.1): not handed on.
    public static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String MARKS = "!#$%&'*+.^_`|~-";

    private final TreeMap<String, List<String>> fields;

    private Headers(TreeMap<String, List<String>> fields) {
        this.fields = fields;
    }

    /// Whether a field can have that name (RFC 9110, section 5.6.2).
    public static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    public static Headers of(Map<String, List<String>> fields) {
        var builder = new Builder();
        fields.forEach((name, values) -> values.forEach(value -> builder.add(name, value)));
        return builder.build();
    }

    public static Headers of(String name, String value) {
        return new Builder().add(name, value).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /// A builder that starts with these fields.
    public Builder toBuilder() {
        return new Builder(fields);
    }

    /// The first value of that name.
    public @Nullable String first(String name) {
        var values = fields.get(name);
        return values == null ? null : values.getFirst();
    }

    public String first(String name, String otherwise) {
        var value = first(name);
        return value == null ? otherwise : value;
    }

    /// All values of that name, none if it is absent.
    public List<String> all(String name) {
        return fields.getOrDefault(name, List.of());
    }

    public boolean isEmpty() {
        return fields.isEmpty();
    }

    /// Each name with each of its values, by name.
    public void forEach(BiConsumer<String, String> action) {
        fields.forEach((name, values) -> values.forEach(value -> action.accept(name, value)));
    }

    /// Names to values, read only; its keys are found in any case.
    public Map<String, List<String>> asMap() {
        return Collections.unmodifiableMap(fields);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers that && fields.equals(that.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return fields.toString();
    }

    /// Collects fields. One thread.
    public static final class Builder {
        private TreeMap<String, List<String>> fields;
        /// Others have it too: it is copied before it changes.
        private boolean shared;

        private Builder() {
            fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        }

        private Builder(TreeMap<String, List<String>> start) {
            fields = start;
            shared = true;
        }

        private TreeMap<String, List<String>> own() {
            if (shared) {
                fields = new TreeMap<>(fields);
                shared = false;
            }
            return fields;
        }

        public Builder add(String name, String value) {
            own().merge(name, List.of(value), (before, one) -> {
                var both = new ArrayList<>(before);
                both.addAll(one);
                return List.copyOf(both);
            });
            return this;
        }

        /// Replaces whatever that name had.
        public Builder set(String name, String value) {
            own().put(name, List.of(value));
            return this;
        }

        public Builder remove(String name) {
            own().remove(name);
            return this;
        }

        public Headers build() {
            if (fields.isEmpty()) {
                return NONE;
            }
            shared = true;
            return new Headers(fields);
        }
    }
}
