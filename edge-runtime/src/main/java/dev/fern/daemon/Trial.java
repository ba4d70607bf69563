package dev.fern.daemon;

import java.nio.file.Path;

/// The file by which the script `fern` knows, at the next start, that one with an AOT cache broke off: it makes it, and
/// here it is removed.
final class Trial {
    private Trial() {}

    /// This start has come to its end, good or bad.
    static void over() {
        var file = System.getProperty("fern.aot.trial");
        if (file != null) {
            // if it stays, the next start goes without the cache and says so
            Path.of(file).toFile().delete();
        }
    }
}
