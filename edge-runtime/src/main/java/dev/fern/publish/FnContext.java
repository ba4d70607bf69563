package dev.fern.publish;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Where the fn CLI of this user deploys to (fn/cli, config/config.go): `FN_API_URL` and `FN_REGISTRY`, else what the
/// context says that `FN_CONTEXT` names, or `fn use context` has chosen.
///
/// @param apiUrl empty if nobody said
/// @param registry empty if nobody said
public record FnContext(String apiUrl, String registry) {
    private static final int LARGEST = 1 << 20;

    /// @param environment of the process
    /// @throws PublishException if a context is chosen that cannot be read
    public static FnContext of(Map<String, String> environment) throws PublishException {
        var url = environment.getOrDefault("FN_API_URL", "");
        var registry = environment.getOrDefault("FN_REGISTRY", "");
        if (url.isEmpty() || registry.isEmpty()) {
            var context = context(environment);
            url = url.isEmpty() ? text(context, "api-url") : url;
            registry = registry.isEmpty() ? text(context, "registry") : registry;
        }
        return new FnContext(url, registry);
    }

    private static Map<?, ?> context(Map<String, String> environment) throws PublishException {
        var home = Path.of(environment.getOrDefault("HOME", "/"), ".fn");
        var name = environment.getOrDefault("FN_CONTEXT", "");
        if (name.isEmpty()) {
            name = text(read(home.resolve("config.yaml"), false), "current-context");
        }
        if (name.isEmpty()) {
            return Map.of();
        }
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new PublishException("'" + name + "' is no context of the fn CLI", "correct FN_CONTEXT");
        }
        return read(home.resolve("contexts").resolve(name + ".yaml"), true);
    }

    private static Map<?, ?> read(Path file, boolean wanted) throws PublishException {
        if (!wanted && !Files.exists(file)) {
            return Map.of();
        }
        try (var in = Files.newInputStream(file)) {
            var text = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
            return new Load(LoadSettings.builder().build()).loadFromString(text) instanceof Map<?, ?> map
                    ? map
                    : Map.of();
        } catch (IOException | YamlEngineException e) {
            throw new PublishException(
                    "the fn CLI's context in " + file + " cannot be read",
                    "correct it with fn use context, or give --url and --registry");
        }
    }

    private static String text(Map<?, ?> map, String key) {
        @Nullable Object value = map.get(key);
        return value instanceof String text ? text.strip() : "";
    }
}
