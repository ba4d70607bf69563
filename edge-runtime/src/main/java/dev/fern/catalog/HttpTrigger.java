package dev.fern.catalog;

import dev.fern.Ids;
import dev.fern.Trigger;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import java.nio.charset.StandardCharsets;

/// One of Fn's own triggers (fn/api/models/trigger.go): the only type there is, is `http`.
record HttpTrigger(
        String id,
        String name,
        String appId,
        String fnId,
        String createdAt,
        String updatedAt,
        String type,
        String source,
        Annotations annotations)
        implements Entry {
    /// Where it is called: set by the server, whatever is stored.
    static final String ENDPOINT = "fnproject.io/trigger/httpEndpoint";

    private static final int MAX_NAME_BYTES = 255;

    static HttpTrigger read(Fields fields) throws RefusedException {
        return new HttpTrigger(
                fields.text("id"),
                fields.text("name"),
                fields.text("app_id"),
                fields.text("fn_id"),
                fields.text("created_at"),
                fields.text("updated_at"),
                fields.text("type"),
                fields.text("source"),
                fields.annotations());
    }

    static HttpTrigger create(Fields fields, String now) throws RefusedException {
        var asked = read(fields);
        if (!asked.id.isEmpty()) {
            throw RefusedException.badRequest("ID cannot be provided for Trigger creation");
        }
        if (fields.hasTime("created_at")) {
            throw RefusedException.badRequest("Trigger Created At Provided for Create");
        }
        if (fields.hasTime("updated_at")) {
            throw RefusedException.badRequest("Trigger ID Provided for Create");
        }
        return new HttpTrigger(
                        Ids.next(),
                        asked.name,
                        asked.appId,
                        asked.fnId,
                        now,
                        now,
                        asked.type,
                        asked.source,
                        asked.annotations)
                .validate();
    }

    @Override
    public HttpTrigger merge(Fields fields, String now) throws RefusedException {
        var changes = read(fields);
        if (!changes.id.isEmpty() && !changes.id.equals(id)) {
            throw RefusedException.badRequest("ID in path does not match ID in body");
        }
        var merged = new HttpTrigger(
                id,
                changes.name.isEmpty() ? name : changes.name,
                changes.appId.isEmpty() ? appId : changes.appId,
                changes.fnId.isEmpty() ? fnId : changes.fnId,
                createdAt,
                updatedAt,
                type,
                changes.source.isEmpty() ? source : changes.source,
                annotations.merge(changes.annotations));
        boolean same = merged.json().toString().equals(json().toString());
        return same ? merged : merged.copy(merged.annotations, now).validate();
    }

    private HttpTrigger copy(Annotations newAnnotations, String newUpdatedAt) {
        return new HttpTrigger(id, name, appId, fnId, createdAt, newUpdatedAt, type, source, newAnnotations);
    }

    /// With the annotation that says where it is called.
    HttpTrigger located(String baseUrl, String appName) {
        return copy(annotations.with(ENDPOINT, JsonString.create(baseUrl + "/t/" + appName + source)), updatedAt);
    }

    private HttpTrigger validate() throws RefusedException {
        if (appId.isEmpty()) {
            throw RefusedException.badRequest("Missing App ID on Trigger");
        }
        if (name.isEmpty()) {
            throw RefusedException.badRequest("Missing name on Trigger");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw RefusedException.badRequest("Trigger name must be " + MAX_NAME_BYTES + " characters or less");
        }
        if (!Entry.isPlainName(name)) {
            throw RefusedException.badRequest("Invalid name for Trigger");
        }
        if (fnId.isEmpty()) {
            throw RefusedException.badRequest("Missing Fn ID on Trigger");
        }
        if (!type.equals(Trigger.HTTP)) {
            throw RefusedException.badRequest("Trigger Type Not Supported");
        }
        if (source.isEmpty()) {
            throw RefusedException.badRequest("Missing Trigger Source");
        }
        if (!source.startsWith("/")) {
            throw RefusedException.badRequest("Missing Trigger Source Prefix '/'");
        }
        annotations.validate();
        return this;
    }

    @Override
    public Kind kind() {
        return Kind.TRIGGERS;
    }

    @Override
    public JsonObject json() {
        var json = JsonObject.builder()
                .set("id", id)
                .set("name", name)
                .set("app_id", appId)
                .set("fn_id", fnId);
        Entry.time(json, "created_at", createdAt);
        Entry.time(json, "updated_at", updatedAt).set("type", type).set("source", source);
        if (!annotations.isEmpty()) {
            json.set("annotations", annotations.json());
        }
        return json.build();
    }
}
