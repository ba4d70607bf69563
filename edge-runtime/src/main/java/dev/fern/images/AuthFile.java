package dev.fern.images;

import io.helidon.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The credentials of registries, as `docker login` and `podman login` file them (docker config.json,
/// containers-auth.json): `{"auths":{"HOST[:PORT][/NAME...]":{"auth":"base64 of USER:PASSWORD"}}}`, or
/// `username` and `password` instead of `auth`. The longest key that fits wins. Read each time it is needed,
/// so that a change counts at once.
final class AuthFile {
    private static final int MOST_BYTES = 1 << 20;

    private AuthFile() {}

    /// The value of a Basic `Authorization` header (RFC 7617) for this image, or null if the file has none.
    static @Nullable String basic(@Nullable Path file, Reference image) throws ImageException {
        if (file == null) {
            return null;
        }
        var auths = Json.object(read(file), "auths");
        var wanted = image.credentials() + "/" + image.name() + "/";
        var best = "";
        for (var key : auths.keysAsStrings()) {
            if (wanted.startsWith(place(key))
                    && place(key).length() > place(best).length()) {
                best = key;
            }
        }
        return best.isEmpty() ? null : header(Json.object(auths, best), best, file);
    }

    /// A key without scheme and API version: `https://HOST/v1/` is what Docker writes for its own registry.
    private static String place(String key) {
        var place = key.replaceFirst("^https?://", "").replaceFirst("/(v[12]/?)?$", "");
        if (place.equals(Reference.HUB)) {
            return "index." + place + "/";
        }
        return place + "/";
    }

    private static @Nullable String header(JsonObject entry, String key, Path file) throws ImageException {
        var user = Json.string(entry, "username");
        var password = Json.string(entry, "password");
        var auth = Json.string(entry, "auth");
        if (auth != null && !auth.isEmpty()) {
            try {
                var pair = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
                if (pair.indexOf(':') < 0) {
                    throw new IllegalArgumentException("no colon");
                }
                return encode(pair);
            } catch (IllegalArgumentException e) {
                throw ImageException.later(
                        "auth of " + key + " in " + file + " is not the base64 form of USER:PASSWORD",
                        "log in again with docker login, or write username and password instead");
            }
        }
        return user == null || password == null ? null : encode(user + ":" + password);
    }

    private static String encode(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject read(Path file) throws ImageException {
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(MOST_BYTES);
            if (Json.object(bytes) instanceof JsonObject json) {
                return json;
            }
        } catch (IOException e) {
            throw ImageException.later(
                    "the registry credentials in " + file + " cannot be read",
                    "check registry.auth-file in fern.yaml, and that Fern's user may read that file");
        }
        throw ImageException.later(
                "the registry credentials in " + file + " are no JSON object",
                "put a Docker config.json there, or take registry.auth-file out of fern.yaml");
    }
}
