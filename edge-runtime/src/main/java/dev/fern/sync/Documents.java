package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Status;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Makes a function's document from the objects of Fn's API v2 (fn/api/models: app.go, fn.go, trigger.go).
final class Documents {
    /// The fields that say what a function is. `updated_at` is not among them: it changes only together with one
    /// of these (or with one that means nothing here, such as `syslog_url`). So comparing these finds every
    /// change, and touching an object does not redeploy it. `cmd`, `entrypoint`, `runtime`, `run_image`
    /// and `version` are those of a func.yaml; a server has none.
    private static final List<String> FIELDS = List.of(
            "annotations",
            "app_id",
            "cmd",
            "config",
            "created_at",
            "entrypoint",
            "fn_id",
            "id",
            "idle_timeout",
            "image",
            "memory",
            "name",
            "run_image",
            "runtime",
            "source",
            "timeout",
            "type",
            "version");

    /// What a server adds to each answer: its own address, and what runs there.
    private static final Set<String> ADDED =
            Set.of("fnproject.io/fn/invokeEndpoint", "fnproject.io/trigger/httpEndpoint", Status.ANNOTATION);

    private Documents() {}

    /// A definition of canonical objects: an app and a function, both with a name and an id.
    static Definition of(JsonObject app, JsonObject fn, List<JsonObject> triggers) {
        var document = JsonObject.builder()
                .set("app", essence(app))
                .set("fn", essence(fn))
                .setValues(
                        "triggers",
                        triggers.stream()
                                .map(Documents::essence)
                                .sorted(Comparator.comparing((JsonObject trigger) -> Json.string(trigger, "name"))
                                        .thenComparing(JsonObject::toString))
                                .toList())
                .build();
        return new Definition(
                new FnName(Json.string(app, "name"), Json.string(fn, "name")),
                Json.string(fn, "id"),
                document.toString());
    }

    private static JsonObject essence(JsonObject object) {
        var kept = JsonObject.builder();
        for (var key : FIELDS) {
            var value = object.value(key).orElse(null);
            if (value instanceof JsonObject annotations && key.equals("annotations")) {
                value = withoutAdded(annotations);
            }
            if (value != null && !isNothing(value)) {
                kept.set(key, value);
            }
        }
        return kept.build();
    }

    private static JsonObject withoutAdded(JsonObject annotations) {
        var own = JsonObject.builder().from(annotations);
        ADDED.forEach(own::unset);
        return own.build();
    }

    /// The server writes the same nothing as `null`, as `{}` or not at all, depending on the request.
    private static boolean isNothing(JsonValue value) {
        return switch (value) {
            case JsonNull _ -> true;
            // not size(): helidon-json 4.5.0 gives 0 for every object that was built
            case JsonObject object -> object.keysAsStrings().isEmpty();
            default -> false;
        };
    }
}
