package dev.fern.catalog;

import dev.fern.Ids;
import dev.fern.Status;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A function (fn/api/models/fn.go).
///
/// @param memory MB
/// @param timeout s
/// @param idleTimeout s
/// @param config null shows as null, as in what the server reads back from its store
/// @param shape its app's when it was made; empty if there is none
record Function(
        String id,
        String name,
        String appId,
        String image,
        int memory,
        int timeout,
        int idleTimeout,
        @Nullable SortedMap<String, String> config,
        Annotations annotations,
        String shape,
        String createdAt,
        String updatedAt)
        implements Entry {
    /// Where it is called: set by the server, whatever is stored.
    static final String ENDPOINT = "fnproject.io/fn/invokeEndpoint";

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_MEMORY = 8192;
    private static final int MAX_TIMEOUT = 300;
    private static final int MAX_IDLE_TIMEOUT = 3600;
    private static final int DEFAULT_MEMORY = 128;
    private static final int DEFAULT_TIMEOUT = 30;
    /// What Go's url.PathEscape leaves alone.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~$&+=:@-]+");

    static Function read(Fields fields) throws RefusedException {
        int memory = fields.whole("memory");
        if (memory < 0) {
            throw RefusedException.invalidJson();
        }
        return new Function(
                fields.text("id"),
                fields.text("name"),
                fields.text("app_id"),
                fields.text("image"),
                memory,
                fields.whole("timeout"),
                fields.whole("idle_timeout"),
                fields.strings("config"),
                fields.annotations(),
                fields.text("shape"),
                fields.text("created_at"),
                fields.text("updated_at"));
    }

    static Function create(Fields fields, String now) throws RefusedException {
        var asked = read(fields);
        if (!asked.id.isEmpty()) {
            throw RefusedException.badRequest("ID cannot be provided for Fn creation");
        }
        if (asked.appId.isEmpty()) {
            throw RefusedException.badRequest("Missing AppID on Fn");
        }
        return new Function(
                        Ids.next(),
                        asked.name,
                        asked.appId,
                        asked.image,
                        asked.memory == 0 ? DEFAULT_MEMORY : asked.memory,
                        asked.timeout == 0 ? DEFAULT_TIMEOUT : asked.timeout,
                        asked.idleTimeout == 0 ? DEFAULT_TIMEOUT : asked.idleTimeout,
                        asked.config == null ? new TreeMap<>() : asked.config,
                        asked.annotations,
                        "",
                        now,
                        now)
                .validate();
    }

    /// With the shape of its app, which the server copies when it makes a function.
    Function in(App app) {
        return copy(annotations, app.shape(), updatedAt);
    }

    @Override
    public Function merge(Fields fields, String now) throws RefusedException {
        var changes = read(fields);
        if (!changes.id.isEmpty() && !changes.id.equals(id)) {
            throw RefusedException.badRequest("Fn ID in path does not match that in body");
        }
        var merged = new Function(
                id,
                name,
                appId,
                changes.image.isEmpty() ? image : changes.image,
                changes.memory == 0 ? memory : changes.memory,
                changes.timeout == 0 ? timeout : changes.timeout,
                changes.idleTimeout == 0 ? idleTimeout : changes.idleTimeout,
                Entry.merge(config, changes.config),
                annotations.merge(changes.annotations),
                shape,
                createdAt,
                updatedAt);
        return merged.sameAs(this)
                ? merged
                : merged.copy(merged.annotations, shape, now).validate();
    }

    /// Equal but for an empty configuration against none.
    private boolean sameAs(Function other) {
        return stored().toString().equals(other.stored().toString());
    }

    /// The server forgets whether a configuration was empty or absent.
    JsonObject stored() {
        return json(config == null || config.isEmpty() ? null : config);
    }

    private Function copy(Annotations newAnnotations, String newShape, String newUpdatedAt) {
        return new Function(
                id,
                name,
                appId,
                image,
                memory,
                timeout,
                idleTimeout,
                config,
                newAnnotations,
                newShape,
                createdAt,
                newUpdatedAt);
    }

    /// With the annotations that say where it is called and, if something is known, what runs of it here.
    Function located(String baseUrl, @Nullable JsonObject status) {
        var shown = annotations.without(Status.ANNOTATION).with(ENDPOINT, JsonString.create(baseUrl + "/invoke/" + id));
        return copy(status == null ? shown : shown.with(Status.ANNOTATION, status), shape, updatedAt);
    }

    private Function validate() throws RefusedException {
        if (name.isEmpty()) {
            throw RefusedException.badRequest("Missing Fn name");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw RefusedException.badRequest("Fn name must be " + MAX_NAME_BYTES + " characters or less");
        }
        if (!NAME.matcher(name).matches()) {
            throw RefusedException.badRequest("name must be a valid string");
        }
        if (image.isEmpty()) {
            throw RefusedException.badRequest("Missing image on Fn");
        }
        if (timeout < 1 || timeout > MAX_TIMEOUT) {
            throw RefusedException.badRequest("timeout value is out of range, must be between 0 and " + MAX_TIMEOUT);
        }
        if (idleTimeout < 1 || idleTimeout > MAX_IDLE_TIMEOUT) {
            throw RefusedException.badRequest(
                    "idle_timeout value is out of range, must be between 0 and " + MAX_IDLE_TIMEOUT);
        }
        if (memory > MAX_MEMORY) {
            throw RefusedException.badRequest("memory value is out of range. It should be between 0 and " + MAX_MEMORY);
        }
        annotations.validate();
        return this;
    }

    @Override
    public Kind kind() {
        return Kind.FNS;
    }

    @Override
    public JsonObject json() {
        return json(config);
    }

    private JsonObject json(@Nullable SortedMap<String, String> shownConfig) {
        var json = JsonObject.builder()
                .set("id", id)
                .set("name", name)
                .set("app_id", appId)
                .set("image", image)
                .set("memory", memory)
                .set("timeout", timeout)
                .set("idle_timeout", idleTimeout)
                .set("config", Entry.json(shownConfig));
        if (!annotations.isEmpty()) {
            json.set("annotations", annotations.json());
        }
        Entry.time(json, "created_at", createdAt);
        if (!shape.isEmpty()) {
            json.set("shape", shape);
        }
        return Entry.time(json, "updated_at", updatedAt).build();
    }
}
