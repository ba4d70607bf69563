package dev.fern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// A function as its developer describes it (func.yaml, schema 20180708; fnproject/cli,
/// common/funcfile.go), as far as a function in Java or JavaScript needs it.
///
/// @param cmd a Java function's `Class::method`; empty for one that has an `entrypoint`
/// @param memory MB, or null for the server's default
/// @param timeout seconds, or null for the server's default
/// @param annotations to strings, numbers, booleans or lists of them: the fn CLI can send no more
public record FuncYaml(
        String name,
        String version,
        String cmd,
        @Nullable Integer memory,
        @Nullable Integer timeout,
        Map<String, String> config,
        Map<String, Object> annotations,
        List<HttpTrigger> triggers) {

    /// One of Fn's own triggers.
    public record HttpTrigger(String name, String type, String source) {}

    /// Reads func.yaml of that folder.
    public static FuncYaml read(Path folder) throws IOException {
        var text = Files.readString(folder.resolve("func.yaml"));
        var root = map(new Load(LoadSettings.builder().build()).loadFromString(text));
        var config = new LinkedHashMap<String, String>();
        map(root.get("config")).forEach((key, value) -> config.put(key, String.valueOf(value)));
        var triggers = root.get("triggers") instanceof List<?> list
                ? list.stream().map(FuncYaml::trigger).toList()
                : List.<HttpTrigger>of();
        return new FuncYaml(
                text(root, "name"),
                text(root, "version"),
                root.containsKey("entrypoint") ? "" : text(root, "cmd"),
                (Integer) root.get("memory"),
                (Integer) root.get("timeout"),
                config,
                map(root.get("annotations")),
                triggers);
    }

    private static HttpTrigger trigger(@Nullable Object entry) {
        var trigger = map(entry);
        return new HttpTrigger(text(trigger, "name"), text(trigger, "type"), text(trigger, "source"));
    }

    private static String text(Map<String, Object> map, String key) {
        if (map.get(key) instanceof Object value) {
            return value.toString();
        }
        throw new IllegalArgumentException("func.yaml has no " + key);
    }

    private static Map<String, Object> map(@Nullable Object value) {
        var map = new LinkedHashMap<String, Object>();
        if (value instanceof Map<?, ?> yaml) {
            yaml.forEach((key, entry) -> map.put(key.toString(), entry));
        }
        return map;
    }
}
