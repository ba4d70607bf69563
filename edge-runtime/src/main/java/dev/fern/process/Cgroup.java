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

    /// Which part of its memory programs and libraries must have to go on.
    private static final int PROGRAMS = 16;

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

    /// How often its limit was met, so that something had to go out of memory (`max`).
    long pressed() {
        return number("memory.events", "max");
    }

    /// Whether next to nothing is left in it that could go out of memory. Met with a limit, it turns in circles then:
    /// programs are read from disk again and again, and as that succeeds the kernel sees no reason to end anything.
    boolean full(int memoryMb) {
        long files = number("memory.stat", "file") - number("memory.stat", "shmem");
        return files < ((long) memoryMb << 20) / PROGRAMS;
    }

    /// Whether memory ran out in it (`oom_kill`), and whose: null if it did not.
    @Nullable String outOfMemory(int memoryMb) {
        if (number("memory.events", "oom_kill") == 0) {
            return null;
        }
        // oom counts where the limit is: without it some cgroup above, or the device, had no more
        return number("memory.events", "oom") > 0
                ? tooMuch(memoryMb)
                : "the device, or the unit it runs in, has no memory left";
    }

    /// Zero if it is not told, or the cgroup has been removed.
    private long number(String file, String name) {
        try {
            return Cgroups.read(folder, file)
                    .lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
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
