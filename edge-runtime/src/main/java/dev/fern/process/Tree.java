package dev.fern.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;

/// A process with all that it started, as /proc tells (proc(5)). What ends meanwhile counts as nothing.
final class Tree {
    private static final Path PROC = Path.of("/proc");
    private static final String ANONYMOUS = "Pss_Anon:";
    private static final int MOST = 500;
    private static final long PAGE = pageBytes();

    private Tree() {}

    /// That process and everything below it, the oldest first.
    static Set<Long> of(long root) {
        var found = new LinkedHashSet<Long>();
        var ahead = new ArrayDeque<Long>();
        ahead.add(root);
        while (ahead.poll() instanceof Long pid && found.size() < MOST) {
            if (found.add(pid)) {
                children(pid, ahead);
            }
        }
        return found;
    }

    /// Each thread has the children that it started.
    private static void children(long pid, ArrayDeque<Long> into) {
        try (var threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            for (var thread : threads) {
                for (var child :
                        Files.readString(thread.resolve("children")).strip().split(" ")) {
                    if (!child.isEmpty()) {
                        into.add(Long.valueOf(child));
                    }
                }
            }
        } catch (NoSuchFileException e) {
            if (Files.exists(PROC.resolve("self/task")) && !Files.exists(PROC.resolve("thread-self/children"))) {
                // a kernel without CONFIG_PROC_CHILDREN
                ProcessHandle.of(pid).ifPresent(one -> one.children().forEach(child -> into.add(child.pid())));
            }
        } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
            // it has ended
        }
    }

    /// Bytes of memory that these processes have for themselves: what a swapless kernel cannot take back. Files that
    /// are mapped, such as programs and libraries, do not count.
    static long ownBytes(Set<Long> pids) {
        long pages = 0;
        for (var pid : pids) {
            try {
                var fields =
                        Files.readString(PROC.resolve(pid + "/statm")).strip().split(" ");
                pages += Long.parseLong(fields[1]) - Long.parseLong(fields[2]);
            } catch (IOException | ArrayIndexOutOfBoundsException | NumberFormatException e) {
                // it has ended
            }
        }
        return pages * PAGE;
    }

    /// The same, with what processes share counted once: after a fork most of it is. Costs a walk over all their pages.
    ///
    /// @return -1 if the kernel does not tell
    static long sharedOnceBytes(Set<Long> pids) {
        long kilobytes = 0;
        boolean told = false;
        for (var pid : pids) {
            try {
                for (var line : Files.readAllLines(PROC.resolve(pid + "/smaps_rollup"))) {
                    if (line.startsWith(ANONYMOUS)) {
                        told = true;
                        kilobytes += Long.parseLong(line.substring(ANONYMOUS.length())
                                .replace("kB", "")
                                .strip());
                    }
                }
            } catch (IOException | NumberFormatException e) {
                // it has ended, or nothing of it may be read
            }
        }
        return told ? kilobytes << 10 : -1;
    }

    /// From the auxiliary vector (getauxval(3)): pairs of words, AT_PAGESZ is 6.
    private static long pageBytes() {
        try {
            var vector = ByteBuffer.wrap(Files.readAllBytes(PROC.resolve("self/auxv")))
                    .order(ByteOrder.nativeOrder());
            boolean wide = System.getProperty("sun.arch.data.model", "64").equals("64");
            while (vector.remaining() >= (wide ? 16 : 8)) {
                long type = wide ? vector.getLong() : vector.getInt();
                long value = wide ? vector.getLong() : vector.getInt();
                if (type == 6) {
                    return value;
                }
            }
        } catch (IOException e) {
            return 4096;
        }
        return 4096;
    }
}
