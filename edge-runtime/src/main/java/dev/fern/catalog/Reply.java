package dev.fern.catalog;

import io.helidon.json.JsonObject;

/// What the API answers.
///
/// @param status of HTTP
/// @param json the body, empty if there is none (204)
public record Reply(int status, String json) {
    static Reply ok(JsonObject json) {
        return new Reply(200, json.toString());
    }

    static Reply ok(Entry entry) {
        return ok(entry.json());
    }

    /// An error as an Fn server words it: `{"message":"..."}`.
    public static Reply error(int status, String message) {
        return new Reply(
                status, JsonObject.builder().set("message", message).build().toString());
    }
}
