package dev.fern.catalog;

import dev.fern.Problem;
import dev.fern.Status;
import io.helidon.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What runs of a function, as its annotation `fern/status`:
///
/// ```
/// {"state":"ready","running":{"image":"reg/f:1","digest":"sha256:…"},"since":"2026-…",
///  "wanted":{"image":"reg/f:2","digest":"sha256:…"},"previous":{…},"why":"reg/f:2 was rolled back: …","do":"…"}
/// ```
/// What is not known is left out.
final class Running {
    private Running() {}

    /// @return null if nothing is known of a function with that id
    static @Nullable JsonObject json(List<Status.Function> functions, String id) {
        return functions.stream()
                .filter(function -> function.id().equals(id))
                .findFirst()
                .map(Running::json)
                .orElse(null);
    }

    private static JsonObject json(Status.Function function) {
        var versions = function.versions();
        var json = JsonObject.builder().set("state", function.state().name().toLowerCase(Locale.ROOT));
        if (function.digest() instanceof String digest) {
            json.set("running", image(new Status.Image(function.image(), digest)));
        }
        if (versions.since() != null) {
            json.set("since", versions.since().toString());
        }
        json.set("wanted", image(versions.wanted()));
        if (versions.previous() instanceof Status.Image previous) {
            json.set("previous", image(previous));
        }
        if (function.problem() instanceof Problem(var why, var whatToDo)) {
            json.set("why", why).set("do", whatToDo);
        }
        return json.build();
    }

    private static JsonObject image(Status.Image image) {
        var json = JsonObject.builder().set("image", image.reference());
        if (image.digest() instanceof String digest) {
            json.set("digest", digest);
        }
        return json.build();
    }
}
