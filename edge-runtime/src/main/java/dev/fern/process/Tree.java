package dev.fern.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Set;

/// A process with all that it started, as /proc tells (proc(5)). What ends meanwhile counts as nothing.
final class Tree {
    private static final Path PROC = Path.of("/proc");
    private static final Set<String> OWN = Set.of("RssAnon", "RssShmem");
    private static final Set<String> SHARED_ONCE = Set.of("Pss_Anon", "Pss_Shmem");
    /// What proc(5) puts behind the name of such a file; also behind `/memfd:NAME`.
    private static final String DELETED = " (deleted)";
    private static final int MOST = 500;

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

    /// Bytes of memory that these processes have for themselves: what a swapless kernel cannot take back. Disk files
    /// that are mapped, such as programs and libraries, do not count; memory that is shared does, once for each.
    static long ownBytes(Set<Long> pids) {
        return kilobytes(pids, "status", OWN) << 10;
    }

    /// The same, with what processes share counted once: after a fork most of it is. Costs a walk over all their pages.
    ///
    /// @return -1 if the kernel does not tell
    static long sharedOnceBytes(Set<Long> pids) {
        return kilobytes(pids, "smaps_rollup", SHARED_ONCE) << 10;
    }

    private static long kilobytes(Set<Long> pids, String file, Set<String> keys) {
        long kilobytes = 0;
        boolean told = false;
        for (var pid : pids) {
            try {
                for (var line : Files.readAllLines(PROC.resolve(pid + "/" + file))) {
                    int colon = line.indexOf(':');
                    if (colon > 0 && keys.contains(line.substring(0, colon))) {
                        told = true;
                        kilobytes += Long.parseLong(
                                line.substring(colon + 1).replace("kB", "").strip());
                    }
                }
            } catch (IOException | NumberFormatException e) {
                // it has ended, or nothing of it may be read
            }
        }
        return told ? kilobytes : -1;
    }

    /// Bytes of the open files that have no name any more, or never had one (memfd_create(2)): nobody else sees them,
    /// on the disk or in memory.
    static long hiddenBytes(Set<Long> pids) {
        var sizes = new HashMap<Object, Long>();
        for (var pid : pids) {
            try (var open = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
                for (var one : open) {
                    if (Files.readSymbolicLink(one).toString().endsWith(DELETED)) {
                        var file = Files.readAttributes(one, BasicFileAttributes.class);
                        sizes.put(file.fileKey(), file.isRegularFile() ? file.size() : 0L);
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                // it has ended or closed it
            }
        }
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }
}
