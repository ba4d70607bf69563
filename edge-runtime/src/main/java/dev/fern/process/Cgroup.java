package dev.fern.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The cgroup of one instance: what is in it has one limit of memory and of processes, and one end.
///
/// @param folder in the file system of cgroups v2
record Cgroup(Path folder) {
    /// How long the kernel may take to take away what was killed.
    static final long EMPTY_MS = 2000;

    private static final System.Logger LOG = System.getLogger("fern.process");

    /// The file into which a process writes itself.
    Path procs() {
        return folder.resolve("cgroup.procs");
    }

    /// Ends everything in it at once, forks under way too.
    void kill() {
        try {
            Files.writeString(folder.resolve("cgroup.kill"), "1", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // it has been removed, and only an empty one can be
        }
    }

    /// Whether memory ran out in it (`oom_kill`), and whose: null if it did not.
    @Nullable String outOfMemory(int memoryMb) {
        long limit = 0;
        long killed = 0;
        try {
            for (var line : Cgroups.read(folder, "memory.events").lines().toList()) {
                var fields = line.split(" ");
                switch (fields[0]) {
                    case "oom" -> limit = Long.parseLong(fields[1]);
                    case "oom_kill" -> killed = Long.parseLong(fields[1]);
                    default -> {}
                }
            }
        } catch (IOException e) {
            return null; // it has been removed
        }
        if (killed == 0) {
            return null;
        }
        // oom counts where the limit is: without it some cgroup above, or the device, had no more
        return limit > 0 ? tooMuch(memoryMb) : "the device, or the unit it runs in, has no memory left";
    }

    static String tooMuch(int memoryMb) {
        return "it used more than its memory of " + memoryMb + " MB";
    }

    /// Removes it once it is empty.
    ///
    /// @return false if it is not, after a while
    boolean remove() {
        long until = System.nanoTime() + EMPTY_MS * 1_000_000;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    Files.delete(folder);
                    return true;
                } catch (NoSuchFileException e) {
                    return true;
                } catch (IOException e) {
                    if (System.nanoTime() > until) {
                        LOG.log(System.Logger.Level.WARNING, "the cgroup {0} cannot be removed: {1}", folder, e);
                        return false;
                    }
                    kill();
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(5);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
