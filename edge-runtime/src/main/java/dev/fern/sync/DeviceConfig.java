package dev.fern.sync;

import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.SecretFile;
import dev.fern.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `config:` of fern.yaml: this device's values over the cloud's. Only here does `secret:NAME` mean a file; a value of
/// the cloud that looks like it is just text, or anybody who may write there could read this device's secrets.
///
/// @param credentials where systemd puts a unit's credentials (systemd.exec(5), `$CREDENTIALS_DIRECTORY`), or null
record DeviceConfig(Settings settings, @Nullable Path credentials) {
    private static final String SECRET = "secret:";

    static DeviceConfig of(Settings settings) {
        return new DeviceConfig(settings, SecretFile.credentials());
    }

    /// The values for a function, with the secrets in them.
    Map<String, String> values(FnName fn) throws InvalidDefinitionException {
        var values = new TreeMap<String, String>();
        for (var entry : settings.config().getOrDefault(fn.toString(), Map.of()).entrySet()) {
            var value = entry.getValue();
            values.put(
                    entry.getKey(),
                    value.startsWith(SECRET)
                            ? SecretFile.read(
                                    value.substring(SECRET.length()), settings.secrets(), credentials, entry.getKey())
                            : value);
        }
        return values;
    }
}
