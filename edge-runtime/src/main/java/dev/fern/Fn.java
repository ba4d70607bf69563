package dev.fern;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// One version of a function, as it shall run here: names are those of the Fn server (fn/api/models/fn.go),
/// placeholders that are known at definition time are filled, secrets are in the configuration.
///
/// @param name what it is called
/// @param id its id on the server, for `/invoke/ID`
/// @param appId the id of its app
/// @param image the image reference that holds its code
/// @param memoryMb MB it may use
/// @param timeout the longest a call may take
/// @param idleTimeout how long a warm instance is kept without calls
/// @param config what the function's configuration holds: the app's, the function's own and the device's over
/// each other
/// @param isolation where it runs
/// @param concurrency calls at once
/// @param warm load before the first event
/// @param allLayers fetch the whole image instead of the function's own layers
/// @param triggers what starts it, [Trigger#INVOKE] included
/// @param targets where its answers go
/// @param annotations as defined, for comparing versions
public record Fn(
        FnName name,
        String id,
        String appId,
        String image,
        int memoryMb,
        Duration timeout,
        Duration idleTimeout,
        Map<String, String> config,
        Isolation isolation,
        int concurrency,
        boolean warm,
        boolean allLayers,
        List<Trigger> triggers,
        List<Target> targets,
        Map<String, String> annotations) {

    public Fn {
        config = Map.copyOf(config);
        triggers = List.copyOf(triggers);
        targets = List.copyOf(targets);
        annotations = Map.copyOf(annotations);
    }

    /// `fern/isolation`: the daemon's own process and heap, a language context of its own there, a process of its own,
    /// an isolated heap in the daemon's process.
    public enum Isolation {
        SHARED,
        CONTEXT,
        PROCESS,
        ISOLATE
    }

    /// The name only: the configuration may hold secrets.
    @Override
    public String toString() {
        return name.toString();
    }
}
