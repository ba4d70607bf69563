package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Settings;
import dev.fern.kit.Examples;
import java.nio.file.Path;
import java.util.Map;

/// A device called test, in tokyo, and the documents of a function for it.
final class Tokyo {
    private Tokyo() {}

    /// @param config the device's own configuration of functions
    static Settings settings(Path data, Map<String, Map<String, String>> config) {
        var base = Examples.settings(null, data);
        return new Settings(
                new Settings.Device("test", Map.of("site", "tokyo", "role", "gate"), "simulated"),
                null,
                null,
                base.registry(),
                null,
                Map.of(),
                base.http(),
                Map.of(),
                Map.of("bay", "B7", "n", "3"),
                config,
                data.resolve("secrets"),
                base.limits(),
                data);
    }

    /// A function with these annotations, as JSON, written with ' in place of ".
    static Definition fn(String annotations) {
        return document("{'app':{'id':'A','name':'greenhouse'},'fn':{'id':'F','name':'too-hot','app_id':'A',"
                + "'image':'reg/too-hot:1','annotations':" + annotations + "},'triggers':[]}");
    }

    static Definition document(String json) {
        return new Definition(new FnName("greenhouse", "too-hot"), "F", json.replace('\'', '"'));
    }

    static Resolver resolver(Path data) {
        return new Resolver(settings(data, Map.of()));
    }
}
