package dev.fern.publish;

import dev.fern.FnName;
import io.helidon.json.JsonObject;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ends a rollout: from then on every device runs the function's image.
public final class Promotion {
    private static final List<String> ROLLOUT = List.of("fern/rollout", "fern/stable");

    private Promotion() {}

    /// @param server the Fn server
    /// @param token its token, or null
    /// @return the image that every device runs, or null if that was so already
    /// @throws PublishException if it cannot be asked, does not have the function, or the rollout is the app's
    public static @Nullable String promote(URI server, @Nullable String token, FnName name)
            throws PublishException, InterruptedException {
        try (var fns = new FnServer(server, token)) {
            var app = fns.find("/v2/apps", name.app());
            if (app == null) {
                throw absent(server, "app " + name.app());
            }
            for (var key : ROLLOUT) {
                if (annotations(app).containsKey(key)) {
                    throw new PublishException(
                            "app " + name.app() + " says " + key + " for all its functions",
                            "remove it there: fn update app " + name.app() + " --annotation " + key + "=");
                }
            }
            var fn = fns.find("/v2/fns", name.name(), "app_id", app.stringValue("id", ""));
            if (fn == null) {
                throw absent(server, "function " + name);
            }
            var gone = JsonObject.builder();
            for (var key : ROLLOUT) {
                if (annotations(fn).containsKey(key)) {
                    gone.set(key, ""); // as the API removes
                }
            }
            var removed = gone.build();
            if (removed.keysAsStrings().isEmpty()) {
                return null;
            }
            var id = fn.stringValue("id", "");
            var change = JsonObject.builder().set("id", id).set("annotations", removed);
            fns.send("PUT", "/v2/fns/" + id, change.build());
            return fn.stringValue("image", "");
        }
    }

    private static JsonObject annotations(JsonObject object) {
        return object.objectValue("annotations", JsonObject.empty());
    }

    private static PublishException absent(URI server, String what) {
        return new PublishException(
                "the Fn server " + server.getAuthority() + " has no " + what,
                "check the name, and --url or FN_API_URL");
    }
}
