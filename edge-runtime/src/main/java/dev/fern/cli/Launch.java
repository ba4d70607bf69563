package dev.fern.cli;

import dev.fern.Settings;

/// Runs the daemon. The daemon's own class gives it to [Cli], which thus needs to know nothing of the daemon.
@FunctionalInterface
public interface Launch {
    /// Runs until the process is told to stop.
    ///
    /// @return the exit code
    int run(Settings settings) throws Exception;
}
