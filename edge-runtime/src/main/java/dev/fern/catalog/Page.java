package dev.fern.catalog;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which part of a list is wanted.
///
/// @param equal fields that must have these values: `name`, `app_id`, `fn_id`
/// @param after only names after this one; empty for the first page
/// @param size how many at most
record Page(Map<String, String> equal, String after, int size) {
    private static final int DEFAULT_SIZE = 30;
    private static final int MAX_SIZE = 100;

    static Page of(Kind kind, Map<String, List<String>> query) {
        var equal = new LinkedHashMap<String, String>();
        if (kind != Kind.APPS) {
            equal.put("app_id", first(query, "app_id"));
        }
        var others = kind == Kind.TRIGGERS ? List.of("fn_id", "name") : List.of("name");
        for (var field : others) {
            var value = first(query, field);
            if (!value.isEmpty()) {
                equal.put(field, value);
            }
        }
        return new Page(equal, decode(first(query, "cursor")), size(first(query, "per_page")));
    }

    static String cursor(String lastName) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(lastName.getBytes(StandardCharsets.UTF_8));
    }

    /// As the server does: what is no cursor counts as none.
    private static String decode(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static int size(String perPage) {
        try {
            int size = Integer.parseInt(perPage);
            return size <= 0 ? DEFAULT_SIZE : Math.min(size, MAX_SIZE);
        } catch (NumberFormatException e) {
            return DEFAULT_SIZE;
        }
    }

    private static String first(Map<String, List<String>> query, String name) {
        var values = query.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : values.getFirst();
    }
}
