package dev.fern.process;

import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who starts processes here: the launcher whose socket there is, or else this JVM.
interface Launchers {
    /// Finds out, by trying.
    ///
    /// @throws InvalidDefinitionException why no process can be started, and what to do
    Launcher open() throws InvalidDefinitionException, InterruptedException;

    /// @param socket of a launcher, which is there or not
    /// @param state a folder of the runtime's own
    static Launchers here(Path socket, Path state, Metrics metrics) {
        return () -> Files.exists(socket)
                ? remote(socket, metrics)
                : local(Guards.find(), Homes.temporary(state), Cgroups.take(), metrics);
    }

    static LocalLauncher local(Guards guards, Homes homes, Cgroups cgroups, Metrics metrics)
            throws InvalidDefinitionException {
        if (guards.problem() != null) {
            throw new InvalidDefinitionException(
                    guards.problem().why(), guards.problem().whatToDo());
        }
        if (guards.bubblewrap() == null) {
            throw new IllegalStateException("no bubblewrap, and no problem");
        }
        return new LocalLauncher(guards, guards.bubblewrap(), homes, cgroups, metrics);
    }

    static Launcher remote(Path socket, Metrics metrics) throws InvalidDefinitionException {
        try {
            return new RemoteLauncher(socket, metrics);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "the launcher of processes at " + socket + " says: " + e.getMessage(),
                    "look at: systemctl status fern-process");
        }
    }
}
