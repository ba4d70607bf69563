package dev.fern;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What runs, what does not, and why: `fern status`, `GET /fern/status`, `fern/DEVICE/status`.
///
/// @param ready the definitions (or the copy) are applied and each function is ready or has a reason
/// @param health of what the daemon depends on: `mqtt`, `cloud`, ...
/// @param functions by name
public record Status(
        String device,
        String version,
        boolean ready,
        Map<String, Health> health,
        List<Function> functions,
        Queue queue) {
    /// What a device shows of a function with its definition; no part of it.
    public static final String ANNOTATION = "fern/status";

    /// @param image of the version that runs, or of the wanted one if none does
    /// @param digest of the version that runs, or null if none does
    /// @param runtime `java javascript wasm process`, or null while unknown
    /// @param versions what is wanted, and what ran before
    /// @param problem why it is not as defined, or null
    public record Function(
            FnName name,
            String id,
            String image,
            @Nullable String digest,
            Versions versions,
            @Nullable String runtime,
            State state,
            @Nullable Problem problem,
            List<String> triggers,
            List<String> targets,
            Calls calls) {

        /// What a caller is told when it is defined and nothing of it runs.
        public String absence() {
            return name + " does not run here: " + (problem == null ? "it is still being loaded" : problem);
        }
    }

    /// An image.
    ///
    /// @param digest null while it is not known
    public record Image(String reference, @Nullable String digest) {}

    /// Versions of a function beside the one that runs.
    ///
    /// @param wanted what this device should run by the definition
    /// @param previous what ran before, or null if nothing did
    /// @param since when what runs began to, or null if nothing runs or the clock was not set then
    public record Versions(
            Image wanted,
            @Nullable Image previous,
            @Nullable Instant since) {
        /// Nothing but what is wanted is known.
        public static Versions of(String image) {
            return new Versions(new Image(image, null), null, null);
        }
    }

    /// What a function is doing.
    public enum State {
        LOADING,
        READY,
        INVALID,
        FAILED,
        QUARANTINED
    }

    /// Calls since the daemon started, and those under way.
    ///
    /// @param failure why the one that ended last failed; null if it did not, or none has ended
    public record Calls(
            long ok,
            long failed,
            long dead,
            int running,
            @Nullable String failure) {
        public static final Calls NONE = new Calls(0, 0, 0, 0, null);
    }

    /// Calls that are owed, their bytes on disk, and dead ones.
    public record Queue(long calls, long bytes, long dead) {}
}
