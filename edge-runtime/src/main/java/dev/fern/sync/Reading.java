package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.FnName;
import io.helidon.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// What one look at the server showed, read to its end.
///
/// @param present all functions of the apps this device follows
/// @param wanted those of them that are for this device
/// @param unknownApps names that the device follows and the server does not know
record Reading(Set<FnName> present, Map<FnName, Definition> wanted, List<String> unknownApps) {
    /// Reads the apps of these names, or for `*` of all apps the functions with `fern/` annotations, their own or
    /// their app's.
    ///
    /// @param chosen says whether a function is for this device
    static Reading of(CloudClient client, List<String> apps, Predicate<Definition> chosen)
            throws CloudException, InterruptedException {
        var reading = new Reading(new HashSet<>(), new HashMap<>(), new ArrayList<>());
        if (apps.contains("*")) {
            for (var app : client.apps()) {
                reading.read(client, app, !annotated(app), chosen);
            }
            return reading;
        }
        for (var name : apps) {
            var app = client.app(name);
            if (app == null) {
                reading.unknownApps.add(name);
            } else {
                reading.read(client, app, false, chosen);
            }
        }
        return reading;
    }

    private void read(CloudClient client, JsonObject app, boolean annotatedOnly, Predicate<Definition> chosen)
            throws CloudException, InterruptedException {
        var fns = new ArrayList<JsonObject>();
        for (var fn : client.fns(app)) {
            present.add(new FnName(Json.string(app, "name"), Json.string(fn, "name")));
            if (!annotatedOnly || annotated(fn)) {
                fns.add(fn);
            }
        }
        if (fns.isEmpty()) {
            return;
        }
        var triggers = new HashMap<String, List<JsonObject>>();
        for (var trigger : client.triggers(app, fns)) {
            triggers.computeIfAbsent(Json.string(trigger, "fn_id"), _ -> new ArrayList<>())
                    .add(trigger);
        }
        for (var fn : fns) {
            var definition = Documents.of(app, fn, triggers.getOrDefault(Json.string(fn, "id"), List.of()));
            if (chosen.test(definition)) {
                wanted.put(definition.name(), definition);
            }
        }
    }

    private static boolean annotated(JsonObject object) {
        return Json.object(object, "annotations").keysAsStrings().stream().anyMatch(key -> key.startsWith("fern/"));
    }
}
