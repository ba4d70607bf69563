package dev.fern.http;

import dev.fern.Trigger;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which function a path calls. Never changes: [Door#bind] puts a new one in its place.
///
/// @param byId the triggers of `/invoke/FN_ID`
/// @param bySource app to source to the triggers of `/t/APP/SOURCE`; every app that has a function is there
record Routes(Map<String, Trigger> byId, Map<String, Map<String, Trigger>> bySource) {
    static final Routes NONE = new Routes(Map.of(), Map.of());

    static Routes of(Collection<Trigger> triggers) {
        var byId = new HashMap<String, Trigger>();
        var bySource = new HashMap<String, Map<String, Trigger>>();
        for (var trigger : triggers) {
            var sources = bySource.computeIfAbsent(trigger.fn().app(), _ -> new HashMap<>());
            if (trigger.type().equals(Trigger.HTTP)) {
                sources.put(trigger.address(), trigger);
            } else {
                byId.put(trigger.address(), trigger);
            }
        }
        return new Routes(byId, bySource);
    }

    Trigger byId(String id) throws RefusedException {
        return found(byId.get(id), "Fn");
    }

    /// @param path what follows `/t/`: an app and perhaps a source
    Trigger bySource(String path) throws RefusedException {
        int slash = path.indexOf('/');
        var app = slash < 0 ? path : path.substring(0, slash);
        var source = slash < 0 ? "/" : path.substring(slash);
        return found(found(bySource.get(app), "App").get(source), "Trigger");
    }

    private static <T> T found(@Nullable T found, String what) throws RefusedException {
        if (found == null) {
            throw new RefusedException(404, what + " not found");
        }
        return found;
    }
}
