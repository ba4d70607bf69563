package dev.fern.catalog;

import dev.fern.Status;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.util.List;
import java.util.TreeSet;

/// The document of a [dev.fern.Definition].
final class Canonical {
    private Canonical() {}

    /// `{"app":{...},"fn":{...},"triggers":[...]}` in compact JSON: keys sorted at every depth, triggers in the order
    /// given, nothing of what a server adds on reading.
    static String document(App app, Function fn, List<HttpTrigger> triggers) {
        var stored = fn.stored();
        var plain = JsonObject.builder().from(stored);
        annotations(plain, fn.annotations().without(Function.ENDPOINT).without(Status.ANNOTATION));
        var list = triggers.stream()
                .map(trigger -> {
                    var json = JsonObject.builder().from(trigger.json());
                    annotations(json, trigger.annotations().without(HttpTrigger.ENDPOINT));
                    return sorted(json.build());
                })
                .toList();
        return JsonObject.builder()
                .set("app", sorted(app.json()))
                .set("fn", sorted(plain.build()))
                .set("triggers", JsonArray.create(list))
                .build()
                .toString();
    }

    private static void annotations(JsonObject.Builder json, Annotations annotations) {
        if (annotations.isEmpty()) {
            json.unset("annotations");
        } else {
            json.set("annotations", annotations.json());
        }
    }

    private static JsonValue sorted(JsonValue value) {
        return switch (value) {
            case JsonObject object -> {
                var json = JsonObject.builder();
                for (var key : new TreeSet<>(object.keysAsStrings())) {
                    json.set(key, sorted(object.value(key, JsonNull.instance())));
                }
                yield json.build();
            }
            case JsonArray array ->
                JsonArray.create(array.values().stream().map(Canonical::sorted).toList());
            default -> value;
        };
    }
}
