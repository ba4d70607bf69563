package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// What a [Ground] has besides a broker and a device, so that a scenario can harm it.
interface Extra {
    /// Makes it, before the daemon starts.
    ///
    /// @param functions has a folder for each app, with a folder for each function
    /// @return variables for the daemon
    Map<String, String> prepare(Sandbox sandbox, Path functions) throws IOException, InterruptedException;

    /// Lines of fern.yaml that say where functions come from; empty for the folder.
    default String source() {
        return "";
    }

    /// More of fern.yaml's `mqtt:`, each with a comma before it.
    default String mqtt() {
        return "";
    }

    /// Lines for the broker.
    default String broker() {
        return "";
    }

    /// Ends it. The processes and files of the sandbox end by themselves.
    default void close() {}
}
