package dev.fern.publish;

import dev.fern.Definition;
import dev.fern.InvalidDefinitionException;
import dev.fern.sync.FolderSource;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// A func.yaml, and the app.yaml beside or above it, as read.
///
/// @param folder absolute
record Func(Path file, Path folder, Definition definition, JsonObject app, JsonObject fn, List<JsonObject> triggers) {
    static Func read(Path file) throws PublishException {
        var absolute = file.toAbsolutePath().normalize();
        try {
            var definition = FolderSource.definition(absolute);
            var document = JsonParser.create(definition.document()).readJsonObject();
            return new Func(
                    absolute,
                    Objects.requireNonNull(absolute.getParent(), "a file has a folder"),
                    definition,
                    document.objectValue("app", JsonObject.empty()),
                    document.objectValue("fn", JsonObject.empty()),
                    document.arrayValue("triggers").map(JsonArray::values).orElse(List.of()).stream()
                            .map(JsonValue::asObject)
                            .toList());
        } catch (InvalidDefinitionException e) {
            throw new PublishException(e.problem());
        }
    }

    String name() {
        return text("name");
    }

    /// A key's text; empty if it is not there.
    String text(String key) {
        return fn.stringValue(key, "").strip();
    }

    /// A null in an annotation takes a real Fn server down until somebody restarts it, and an empty one removes what it
    /// names. Neither is what somebody means who leaves a value out.
    void checkAnnotations() throws PublishException {
        for (var owner : List.of(app, fn)) {
            var annotations = owner.objectValue("annotations", JsonObject.empty());
            for (var key : annotations.keysAsStrings()) {
                if (isEmpty(annotations.value(key).orElse(JsonNull.instance()))) {
                    throw new PublishException(
                            "the annotation " + key + " of " + owner.stringValue("name", "") + " has no value",
                            "give it one, or remove its line: then fern deploy removes it from the server too, if it"
                                    + " begins with fern/");
                }
            }
        }
    }

    private static boolean isEmpty(JsonValue value) {
        return switch (value) {
            case JsonNull _ -> true;
            case JsonString text -> text.value().isEmpty();
            case JsonArray array -> array.values().stream().anyMatch(JsonNull.class::isInstance);
            default -> false;
        };
    }
}
