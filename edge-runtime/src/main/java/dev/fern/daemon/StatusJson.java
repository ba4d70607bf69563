package dev.fern.daemon;

import dev.fern.Health;
import dev.fern.Problem;
import dev.fern.Status;
import io.helidon.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The status as JSON, in the form users rely on.
final class StatusJson {
    private StatusJson() {}

    /// @param guards what holds bad functions back, by runtime
    static String of(Status status, Map<String, List<String>> guards) {
        var held = JsonObject.builder();
        guards.forEach(held::setStrings);
        return JsonObject.builder()
                .set("device", status.device())
                .set("version", status.version())
                .set("ready", status.ready())
                .set("health", health(status.health()))
                .setValues(
                        "functions",
                        status.functions().stream().map(StatusJson::function).toList())
                .set(
                        "queue",
                        JsonObject.builder()
                                .set("calls", status.queue().calls())
                                .set("bytes", status.queue().bytes())
                                .set("dead", status.queue().dead())
                                .build())
                .set("guards", held.build())
                .build()
                .toString();
    }

    private static JsonObject health(Map<String, Health> parts) {
        var json = JsonObject.builder();
        parts.forEach((name, health) -> {
            var part = JsonObject.builder().set("up", health instanceof Health.Up);
            if (health instanceof Health.Down(Problem problem)) {
                part.set("why", problem.why()).set("do", problem.whatToDo());
            }
            json.set(name, part.build());
        });
        return json.build();
    }

    private static JsonObject function(Status.Function function) {
        var problem = function.problem();
        var json = JsonObject.builder()
                .set("app", function.name().app())
                .set("name", function.name().name())
                .set("id", function.id())
                .set("image", function.image());
        set(json, "digest", function.digest());
        var versions = function.versions();
        json.set("wanted", image(versions.wanted()));
        if (versions.previous() instanceof Status.Image previous) {
            json.set("previous", image(previous));
        } else {
            json.setNull("previous");
        }
        set(json, "since", versions.since() == null ? null : String.valueOf(versions.since()));
        set(json, "runtime", function.runtime());
        json.set("state", function.state().name().toLowerCase(Locale.ROOT));
        set(json, "why", problem == null ? null : problem.why());
        set(json, "do", problem == null ? null : problem.whatToDo());
        return json.setStrings("triggers", function.triggers())
                .setStrings("targets", function.targets())
                .set("calls", calls(function.calls()))
                .build();
    }

    private static JsonObject calls(Status.Calls calls) {
        var json = JsonObject.builder()
                .set("ok", calls.ok())
                .set("failed", calls.failed())
                .set("dead", calls.dead())
                .set("running", calls.running());
        set(json, "failure", calls.failure());
        return json.build();
    }

    private static JsonObject image(Status.Image image) {
        var json = JsonObject.builder().set("image", image.reference());
        set(json, "digest", image.digest());
        return json.build();
    }

    private static void set(JsonObject.Builder json, String name, @Nullable String value) {
        if (value == null) {
            json.setNull(name);
        } else {
            json.set(name, value);
        }
    }
}
