package dev.fern.images;

import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an image's configuration says (OCI image-spec 1.1, config.md).
///
/// @param diffIds digests of the layers' tars, unzipped; empty if it does not say
/// @param history how it was built, from the lowest layer up; empty if it does not say
record ImageConfig(
        List<String> entrypoint,
        List<String> cmd,
        Map<String, String> env,
        String workingDir,
        List<String> diffIds,
        List<Step> history) {

    /// @param createdBy a line of a Dockerfile, or what the builder took for one
    /// @param makesLayer false for lines such as CMD
    record Step(String createdBy, boolean makesLayer) {}

    static ImageConfig parse(byte[] bytes, Reference image) throws ImageException {
        try {
            var json = Json.object(bytes);
            if (json != null) {
                var config = Json.object(json, "config");
                var env = new LinkedHashMap<String, String>();
                for (var pair : Json.strings(config, "Env")) {
                    int equals = pair.indexOf('=');
                    if (equals > 0) {
                        env.put(pair.substring(0, equals), pair.substring(equals + 1));
                    }
                }
                var workingDir = Json.string(config, "WorkingDir");
                return new ImageConfig(
                        Json.strings(config, "Entrypoint"),
                        Json.strings(config, "Cmd"),
                        env,
                        workingDir == null || workingDir.isEmpty() ? "/" : workingDir,
                        Json.strings(Json.object(json, "rootfs"), "diff_ids"),
                        Json.objects(json, "history").stream()
                                .map(step -> new Step(createdBy(step), !Json.isTrue(step, "empty_layer")))
                                .toList());
            }
        } catch (JsonException e) {
            // said below
        }
        throw ImageException.never(
                "the configuration of " + image + " is no image configuration", "build and push the image again");
    }

    private static String createdBy(JsonObject step) {
        var text = Json.string(step, "created_by");
        return text == null ? "" : text;
    }
}
