package dev.fern.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The subtree of cgroups that was handed to this JVM (cgroup v2: the kernel's admin-guide/cgroup-v2; systemd's
/// `Delegate=`),
/// in which each instance gets a [Cgroup] of its own. Where there is none, [#missing] says why, and processes are
/// watched
/// instead.
///
/// ```
/// fern-process.service/      handed over; memory and pids are switched on for what is below, so no process may stay in
/// it
///     fern/                  this JVM
///     fern-PID-NUMBER/       an instance, PID being this JVM
/// ```
final class Cgroups {
    private static final String LEAF = "fern";
    private static final String INSTANCE = "fern-";
    private static final List<String> CONTROLLERS = List.of("memory", "pids");
    private static final Set<String> LIVE = ConcurrentHashMap.newKeySet();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final @Nullable Path folder;
    private final String missing;

    private Cgroups(@Nullable Path folder, String missing) {
        this.folder = folder;
        this.missing = missing;
    }

    static Cgroups none(String why) {
        return new Cgroups(null, why);
    }

    /// Moves this JVM into a leaf, switches the controllers on and ends what a killed one has left; or does nothing.
    static Cgroups take() {
        return take(Path.of("/proc"));
    }

    static Cgroups take(Path proc) {
        try {
            var place = place(proc);
            if (place == null) {
                return none("this system has no cgroups v2");
            }
            boolean inside = !place.own().equals(place.top()) && place.own().endsWith(LEAF);
            var folder = inside ? Objects.requireNonNull(place.own().getParent()) : place.own();
            var there = List.of(read(folder, "cgroup.controllers").split(" "));
            for (var controller : CONTROLLERS) {
                if (!there.contains(controller)) {
                    return none("the " + controller + " controller of cgroups v2 is not switched on");
                }
            }
            // at the top there is nobody above who could mind: a container, or a system without systemd
            if (!folder.equals(place.top()) && !delegated(folder)) {
                return none("its cgroup is not delegated");
            }
            if (!Files.isWritable(folder.resolve("cgroup.subtree_control"))) {
                return none("its cgroup cannot be written to");
            }
            return enter(folder, place.own());
        } catch (IOException e) {
            return none("its cgroup cannot be used: " + e.getMessage());
        }
    }

    private static Cgroups enter(Path folder, Path own) throws IOException {
        removeOld(folder);
        var leaf = folder.resolve(LEAF);
        Files.createDirectories(leaf);
        if (!Files.exists(leaf.resolve("cgroup.kill"))) {
            Files.deleteIfExists(leaf);
            return none("the kernel is older than 5.14 and has no cgroup.kill");
        }
        write(leaf, "cgroup.procs", "0"); // who writes it
        try {
            write(folder, "cgroup.subtree_control", "+memory +pids");
        } catch (IOException e) {
            // processes that are not ours are in it too, such as the shell that started us
            write(own, "cgroup.procs", "0");
            Files.deleteIfExists(leaf);
            throw e;
        }
        return new Cgroups(folder, "");
    }

    /// @param top the whole tree that can be seen here
    /// @param own where this process is in it
    private record Place(Path top, Path own) {}

    /// Null without cgroups v2 (proc(5), cgroups(7)).
    private static @Nullable Place place(Path proc) throws IOException {
        var path = Files.readAllLines(proc.resolve("self/cgroup")).stream()
                .filter(line -> line.startsWith("0::/"))
                .map(line -> line.substring(4))
                .findFirst();
        for (var line : Files.readAllLines(proc.resolve("self/mountinfo"))) {
            var halves = line.split(" - ", 2);
            var fields = halves[0].split(" ");
            if (path.isPresent() && halves.length == 2 && halves[1].startsWith("cgroup2 ")) {
                var below = Path.of(fields[3]).relativize(Path.of("/", path.get()));
                var own = Path.of(fields[4]).resolve(below).normalize();
                return own.startsWith(fields[4]) ? new Place(Path.of(fields[4]), own) : null;
            }
        }
        return null;
    }

    /// Whether systemd says so (CGROUP_DELEGATION), or whoever gave it to a user that is not root.
    private static boolean delegated(Path folder) throws IOException {
        var attributes = Files.getFileAttributeView(folder, UserDefinedFileAttributeView.class);
        if (attributes != null && attributes.list().contains("delegate")) {
            return true;
        }
        int owner = (int) Files.getAttribute(folder, "unix:uid");
        return owner != 0 && owner == (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }

    /// What belonged to a JVM that is gone, with all that still runs in it.
    private static void removeOld(Path folder) throws IOException {
        var own = String.valueOf(ProcessHandle.current().pid());
        try (var children = Files.newDirectoryStream(folder, INSTANCE + "*-*")) {
            for (var child : children) {
                var name = String.valueOf(child.getFileName());
                var pid = name.split("-")[1];
                boolean others = !pid.equals(own) && Files.exists(Path.of("/proc", pid, "comm"));
                if (!LIVE.contains(name) && !others) {
                    var left = new Cgroup(child);
                    left.kill();
                    left.remove();
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /// A cgroup for one instance, or null if there are none here.
    ///
    /// @param processes how many there may be in it, threads counted
    @Nullable Cgroup create(int memoryMb, int processes) throws IOException {
        if (folder == null) {
            return null;
        }
        var name = INSTANCE + ProcessHandle.current().pid() + "-" + NUMBERS.getAndIncrement();
        LIVE.add(name);
        var made = new Cgroup(Files.createDirectory(folder.resolve(name)));
        try {
            write(made.folder(), "memory.max", String.valueOf((long) memoryMb << 20));
            write(made.folder(), "memory.oom.group", "1");
            write(made.folder(), "pids.max", String.valueOf(processes));
            if (Files.exists(made.folder().resolve("memory.swap.max"))) { // not without CONFIG_SWAP
                write(made.folder(), "memory.swap.max", "0");
            }
            return made;
        } catch (IOException e) {
            remove(made);
            throw e;
        }
    }

    /// Ends what is left in it, and forgets it.
    ///
    /// @return false if it is still there
    static boolean remove(Cgroup cgroup) {
        boolean removed = cgroup.remove();
        LIVE.remove(String.valueOf(cgroup.folder().getFileName()));
        return removed;
    }

    /// Why there are none; empty if there are.
    String missing() {
        return missing;
    }

    static String read(Path folder, String file) throws IOException {
        return Files.readString(folder.resolve(file), StandardCharsets.US_ASCII).strip();
    }

    private static void write(Path folder, String file, String value) throws IOException {
        Files.writeString(folder.resolve(file), value, StandardCharsets.US_ASCII);
    }
}
