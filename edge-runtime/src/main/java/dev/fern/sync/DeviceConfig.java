package dev.fern.sync;

import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `config:` of fern.yaml: this device's values over the cloud's. Only here does `secret:NAME` mean a file; a value of
/// the cloud that looks like it is just text, or anybody who may write there could read this device's secrets.
///
/// @param credentials where systemd puts a unit's credentials (systemd.exec(5), `$CREDENTIALS_DIRECTORY`), or null
record DeviceConfig(Settings settings, @Nullable Path credentials) {
    private static final String SECRET = "secret:";
    private static final Pattern PLAIN = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,255}");

    static DeviceConfig of(Settings settings) {
        var folder = System.getenv("CREDENTIALS_DIRECTORY");
        return new DeviceConfig(settings, folder == null || folder.isEmpty() ? null : Path.of(folder));
    }

    /// The values for a function, with the secrets in them.
    Map<String, String> values(FnName fn) throws InvalidDefinitionException {
        var values = new TreeMap<String, String>();
        for (var entry : settings.config().getOrDefault(fn.toString(), Map.of()).entrySet()) {
            var value = entry.getValue();
            values.put(
                    entry.getKey(),
                    value.startsWith(SECRET) ? secret(value.substring(SECRET.length()), entry.getKey()) : value);
        }
        return values;
    }

    private String secret(String name, String key) throws InvalidDefinitionException {
        if (!PLAIN.matcher(name).matches()) {
            throw new InvalidDefinitionException(
                    "secret:" + name + " for " + key + " is no plain file name", "use letters, digits, . - and _");
        }
        var file = settings.secrets().resolve(name);
        if (credentials != null && !Files.exists(file)) {
            var credential = credentials.resolve(name);
            file = Files.exists(credential) ? credential : file;
        }
        try {
            return SecretFile.read(file);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "the secret for " + key + " cannot be read from " + file + ": " + e.getMessage(),
                    "put it there, readable for the user that Fern runs as, or give it as the systemd credential "
                            + name);
        }
    }
}
