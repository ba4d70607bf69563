package dev.fern.sync;

import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonBoolean;
import io.helidon.json.JsonNull;
import io.helidon.json.JsonNumber;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;
import org.snakeyaml.engine.v2.schema.JsonSchema;
import org.snakeyaml.engine.v2.schema.Schema;

/// Reads YAML 1.2 (and so JSON) into JSON values.
final class Yaml {
    /// Values in one file. Aliases can make very many out of a few lines.
    private static final int MOST_VALUES = 10_000;
    private static final int DEEPEST = 32;

    private int values;

    private Yaml() {}

    /// The object that the text holds, with its `config`, whose values are strings however they look: `1.10` is no
    /// number there.
    ///
    /// @throws InvalidDefinitionException with the line, if it is no YAML or holds no object
    static JsonObject parse(String text) throws InvalidDefinitionException {
        if (!(load(text, new JsonSchema()) instanceof JsonObject typed)) {
            throw new InvalidDefinitionException("it holds no keys", "write KEY: VALUE, as fn init does");
        }
        if (Json.object(typed, "config").keysAsStrings().isEmpty()) {
            return typed;
        }
        var untyped = load(text, new FailsafeSchema()).asObject();
        return JsonObject.builder()
                .from(typed)
                .set("config", untyped.value("config").orElseThrow())
                .build();
    }

    private static JsonValue load(String text, Schema schema) throws InvalidDefinitionException {
        var settings = LoadSettings.builder()
                .setSchema(schema)
                // the schema of strings has no word for a value that is not there
                .setTagConstructors(schema instanceof FailsafeSchema ? Map.of(Tag.NULL, _ -> "") : Map.of())
                .build();
        try {
            return new Yaml().json(new Load(settings).loadFromString(text), 0);
        } catch (YamlEngineException e) {
            throw new InvalidDefinitionException("it is no YAML" + where(e), "correct it; look at indents and quotes");
        }
    }

    private static String where(YamlEngineException e) {
        return e instanceof MarkedYamlEngineException marked
                        && marked.getProblemMark().isPresent()
                ? " in line " + (marked.getProblemMark().get().getLine() + 1) + ": " + marked.getProblem()
                : "";
    }

    private JsonValue json(@Nullable Object value, int depth) throws InvalidDefinitionException {
        if (++values > MOST_VALUES || depth > DEEPEST) {
            throw new InvalidDefinitionException(
                    "it holds more than " + MOST_VALUES + " values or goes deeper than " + DEEPEST, "make it simpler");
        }
        return switch (value) {
            case null -> JsonNull.instance();
            case String text -> JsonString.create(text);
            case Boolean flag -> JsonBoolean.create(flag);
            case Number number -> number(number);
            case List<?> list -> {
                var items = new ArrayList<JsonValue>();
                for (var item : list) {
                    items.add(json(item, depth + 1));
                }
                yield JsonArray.create(items);
            }
            case Map<?, ?> map -> {
                var object = JsonObject.builder();
                for (var entry : map.entrySet()) {
                    object.set(String.valueOf(entry.getKey()), json(entry.getValue(), depth + 1));
                }
                yield object.build();
            }
            default -> JsonString.create(value.toString());
        };
    }

    private static JsonValue number(Number number) throws InvalidDefinitionException {
        try {
            return JsonNumber.create(new BigDecimal(number.toString()));
        } catch (NumberFormatException e) {
            throw new InvalidDefinitionException(number + " is no number that JSON knows", "write it in quotes");
        }
    }
}
