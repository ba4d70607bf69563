package dev.fern.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Starts processes in a sandbox. The daemon does it itself ([LocalLauncher]); a launcher with other rights could do
/// it for a daemon that may not. Any thread.
interface Launcher extends AutoCloseable {
    /// Starts a command; its sandbox has a folder for its socket.
    Child start(Order order) throws IOException;

    /// What holds a bad function back, one plain phrase a guard.
    List<String> guards();

    @Override
    void close();

    /// A process in its sandbox, with all that it starts.
    interface Child {
        /// The folder in which the process makes its socket, as the daemon sees it.
        Path sockets();

        /// What it prints, standard error too.
        InputStream output();

        /// Its exit status, as a shell has it (128 and the signal), once it has ended.
        OptionalInt exit();

        /// Why it was killed by a guard, in a few words, or null.
        @Nullable String guarded();

        /// Somebody waits for it from now on, or nobody does: how closely it is watched.
        void busy(boolean busy);

        /// Ends it and all that it started. Does not wait; often is as good as once.
        void kill();

        /// Waits for its end after [#kill], and frees what belonged to it.
        ///
        /// @return false if it still runs after that time
        boolean end(Duration most);
    }
}
