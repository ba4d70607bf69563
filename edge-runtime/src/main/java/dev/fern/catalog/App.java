package dev.fern.catalog;

import dev.fern.Ids;
import io.helidon.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// An app (fn/api/models/app.go).
///
/// @param config null or empty if there is none: left out of the JSON
/// @param syslogUrl empty if there is none
/// @param shape empty if there is none
record App(
        String id,
        String name,
        @Nullable SortedMap<String, String> config,
        Annotations annotations,
        String syslogUrl,
        String shape,
        String createdAt,
        String updatedAt)
        implements Entry {
    private static final int MAX_NAME_BYTES = 255;
    private static final Set<String> SHAPES = Set.of("", "GENERIC_X86", "GENERIC_ARM", "GENERIC_X86_ARM");
    private static final Set<String> SYSLOG_SCHEMES = Set.of("udp", "tcp", "unix", "unixgram", "tcp+tls");

    static App read(Fields fields) throws RefusedException {
        return new App(
                fields.text("id"),
                fields.text("name"),
                fields.strings("config"),
                fields.annotations(),
                fields.text("syslog_url"),
                fields.text("shape"),
                fields.text("created_at"),
                fields.text("updated_at"));
    }

    static App create(Fields fields, String now) throws RefusedException {
        var asked = read(fields);
        if (!asked.id.isEmpty()) {
            throw RefusedException.badRequest("App ID cannot be supplied on create");
        }
        return new App(Ids.next(), asked.name, asked.config, asked.annotations, asked.syslogUrl, asked.shape, now, now)
                .validate();
    }

    @Override
    public App merge(Fields fields, String now) throws RefusedException {
        var changes = read(fields);
        if (!changes.id.isEmpty() && !changes.id.equals(id)) {
            throw RefusedException.badRequest("App ID in path does not match ID in body");
        }
        if (!changes.name.isEmpty() && !changes.name.equals(name)) {
            throw new RefusedException(409, "Could not update - name is immutable");
        }
        var syslog = fields.textOrNull("syslog_url");
        var merged = new App(
                id,
                name,
                Entry.merge(config, changes.config),
                annotations.merge(changes.annotations),
                syslog == null ? syslogUrl : syslog,
                shape,
                createdAt,
                updatedAt);
        return merged.sameAs(this) ? merged : merged.updated(now).validate();
    }

    private boolean sameAs(App other) {
        return json().toString().equals(other.json().toString());
    }

    private App updated(String now) {
        return new App(id, name, config, annotations, syslogUrl, shape, createdAt, now);
    }

    private App validate() throws RefusedException {
        if (name.isEmpty()) {
            throw RefusedException.badRequest("Missing Name");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw RefusedException.badRequest("App name must be " + MAX_NAME_BYTES + " characters or less");
        }
        if (!Entry.isPlainName(name)) {
            throw RefusedException.badRequest("Invalid app name");
        }
        annotations.validate();
        if (!syslogUrl.isEmpty() && !SYSLOG_SCHEMES.contains(scheme(syslogUrl))) {
            throw RefusedException.badRequest("invalid syslog url: \"" + syslogUrl
                    + "\" invalid scheme, only [tcp, udp, unix, unixgram, tcp+tls] are supported");
        }
        if (!SHAPES.contains(shape)) {
            throw RefusedException.badRequest("Invalid app shape");
        }
        return this;
    }

    private static String scheme(String url) {
        try {
            var scheme = URI.create(url.strip()).getScheme();
            return scheme == null ? "" : scheme;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public Kind kind() {
        return Kind.APPS;
    }

    @Override
    public JsonObject json() {
        var json = JsonObject.builder().set("id", id).set("name", name);
        if (config != null && !config.isEmpty()) {
            json.set("config", Entry.json(config));
        }
        if (!annotations.isEmpty()) {
            json.set("annotations", annotations.json());
        }
        if (!syslogUrl.isEmpty()) {
            json.set("syslog_url", syslogUrl);
        }
        if (!shape.isEmpty()) {
            json.set("shape", shape);
        }
        Entry.time(json, "created_at", createdAt);
        return Entry.time(json, "updated_at", updatedAt).build();
    }
}
