package dev.fern.publish;

import dev.fern.Status;
import io.helidon.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes an Fn server say of a function what its func.yaml says, with the requests of `fn deploy` (fn CLI 0.6.63) and
/// those it lacks: what is gone from the file, `fern/` annotations and http triggers, goes from the server. A PUT there
/// merges, so that all else stays: annotations of others, and configuration, which may have been set by hand.
final class ServerUpdate {
    private static final String OURS = "fern/";

    private final FnServer server;
    private final Func func;
    private final List<String> changes = new ArrayList<>();

    ServerUpdate(FnServer server, Func func) {
        this.server = server;
        this.func = func;
    }

    /// What was done, a few words each.
    List<String> changes() {
        return List.copyOf(changes);
    }

    /// Creates or updates everything.
    ///
    /// @param app as it is on the server, or null if it is not there
    /// @return the function's id
    String carryOut(String appName, @Nullable JsonObject app, String image)
            throws PublishException, InterruptedException {
        var appId = app(appName, app);
        var fnId = function(appId, image);
        triggers(appId, fnId);
        return fnId;
    }

    private String app(String name, @Nullable JsonObject there) throws PublishException, InterruptedException {
        var wanted = JsonObject.builder().set("name", name);
        boolean annotated = copy(func.app(), wanted, "annotations");
        boolean more = copy(func.app(), wanted, "config") || annotated;
        if (there == null) {
            changes.add("created app " + name);
            return id(server.send("POST", "/v2/apps", wanted.build()));
        }
        var id = id(there);
        if (more) {
            server.send("PUT", "/v2/apps/" + id, wanted.set("id", id).build());
        }
        return id;
    }

    private String function(String appId, String image) throws PublishException, InterruptedException {
        var there = server.find("/v2/fns", func.name(), "app_id", appId);
        var wanted = JsonObject.builder().set("image", image);
        for (var key : List.of("config", "memory", "timeout", "idle_timeout")) {
            copy(func.fn(), wanted, key);
        }
        var annotations = func.fn().objectValue("annotations", JsonObject.empty());
        if (there == null) {
            copy(func.fn(), wanted, "annotations");
            changes.add("created function " + func.name());
            wanted.set("app_id", appId).set("name", func.name());
            return id(server.send("POST", "/v2/fns", wanted.build()));
        }
        var merged = JsonObject.builder().from(annotations);
        boolean any = !annotations.keysAsStrings().isEmpty();
        for (var key : there.objectValue("annotations", JsonObject.empty()).keysAsStrings()) {
            if (key.startsWith(OURS) && !annotations.containsKey(key) && !key.equals(Status.ANNOTATION)) {
                // as the API has it: an empty string removes, a null takes the server down
                merged.set(key, "");
                changes.add("removed annotation " + key);
                any = true;
            }
        }
        if (any) {
            wanted.set("annotations", merged.build());
        }
        var id = id(there);
        server.send("PUT", "/v2/fns/" + id, wanted.set("id", id).build());
        changes.add("updated function " + func.name());
        return id;
    }

    private void triggers(String appId, String fnId) throws PublishException, InterruptedException {
        var there = server.list("/v2/triggers", "app_id", appId, "fn_id", fnId);
        // first, as one that is called otherwise may have the same source
        for (var trigger : there) {
            var name = trigger.stringValue("name", "");
            if (trigger.stringValue("type", "").equals("http")
                    && func.triggers().stream()
                            .noneMatch(wanted -> wanted.stringValue("name", "").equals(name))) {
                server.delete("/v2/triggers/" + id(trigger));
                changes.add("removed trigger " + name);
            }
        }
        for (var trigger : func.triggers()) {
            trigger(trigger, there, appId, fnId);
        }
    }

    private void trigger(JsonObject wanted, List<JsonObject> there, String appId, String fnId)
            throws PublishException, InterruptedException {
        var name = wanted.stringValue("name", "");
        var body = JsonObject.builder()
                .set("app_id", appId)
                .set("fn_id", fnId)
                .set("name", name)
                .set("source", wanted.stringValue("source", ""))
                .set("type", wanted.stringValue("type", ""));
        for (var old : there) {
            if (old.stringValue("name", "").equals(name)) {
                if (!Objects.equals(old.stringValue("source"), wanted.stringValue("source"))) {
                    server.send(
                            "PUT",
                            "/v2/triggers/" + id(old),
                            body.set("id", id(old)).build());
                    changes.add("updated trigger " + name);
                }
                return;
            }
        }
        server.send("POST", "/v2/triggers", body.build());
        changes.add("created trigger " + name);
    }

    private static boolean copy(JsonObject from, JsonObject.Builder to, String key) {
        var value = from.value(key);
        value.ifPresent(one -> to.set(key, one));
        return value.isPresent();
    }

    private static String id(JsonObject object) throws PublishException {
        return object.stringValue("id")
                .filter(id -> id.matches("[A-Za-z0-9_-]+"))
                .orElseThrow(() -> new PublishException(
                        "the Fn server gives no id to what it was sent", "check --url or FN_API_URL"));
    }
}
