package dev.fern.process;

import dev.fern.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A process of this JVM's, in its sandbox.
final class LocalChild implements Launcher.Child, Watch.Watched {
    /// Files that a function may have beside its socket, and their bytes: the folder is on the device's disk.
    static final int SOCKET_FILES = 16;

    private final Process process;
    private final Order order;
    private final Path home;
    private final @Nullable Cgroup cgroup;
    private final Watch watch;
    private final Metrics metrics;
    private volatile boolean busy = true;
    private volatile boolean asked;
    private long pressed;
    private volatile @Nullable String guarded;
    private volatile @Nullable String reason;

    LocalChild(Process process, Order order, Path home, @Nullable Cgroup cgroup, Watch watch, Metrics metrics) {
        this.process = process;
        this.order = order;
        this.home = home;
        this.cgroup = cgroup;
        this.watch = watch;
        this.metrics = metrics;
    }

    @Override
    public Path sockets() {
        return home.resolve("s");
    }

    @Override
    public InputStream output() {
        return process.getInputStream();
    }

    @Override
    public OptionalInt exit() {
        if (process.isAlive()) {
            return OptionalInt.empty();
        }
        askCgroup();
        return OptionalInt.of(process.exitValue());
    }

    /// Waits until it has ended.
    void awaitExit() throws InterruptedException {
        process.waitFor();
    }

    /// The kernel has ended it without telling anybody.
    private synchronized void askCgroup() {
        if (cgroup != null && !asked && guarded == null) {
            var why = cgroup.outOfMemory(order.memoryMb());
            if (why != null) {
                note("memory", why);
            }
        }
        asked = true;
    }

    @Override
    public @Nullable String guarded() {
        return guarded;
    }

    /// The word for [#guarded] in metrics.
    @Nullable String reason() {
        return reason;
    }

    @Override
    public boolean busy() {
        return busy;
    }

    @Override
    public void busy(boolean isBusy) {
        busy = isBusy;
        if (isBusy) {
            watch.hurry();
        }
    }

    @Override
    public void look() {
        if (guarded != null || !process.isAlive()) {
            return;
        }
        if (cgroup == null ? tooLarge() : stuck(cgroup)) {
            guard("memory", Cgroup.tooMuch(order.memoryMb()));
        } else if (strays() > SOCKET_FILES) {
            guard("files", "it wrote files beside its socket in " + Recipe.SOCKETS);
        }
    }

    private boolean stuck(Cgroup own) {
        long before = pressed;
        pressed = own.pressed();
        return pressed > before && own.full(order.memoryMb());
    }

    private boolean tooLarge() {
        long most = (long) order.memoryMb() << 20;
        var pids = Tree.of(process.pid());
        long hidden = Tree.hiddenBytes(pids);
        if (hidden + Tree.ownBytes(pids) <= most) {
            return false;
        }
        // bubblewrap's two and one of the function's share nothing worth mentioning
        long exact = pids.size() > 3 ? Tree.sharedOnceBytes(pids) : -1;
        return exact < 0 || hidden + exact > most;
    }

    /// How many files are in the folder of the socket; a large one counts as many, and so does a folder, which can hide
    /// more.
    private int strays() {
        int strays = 0;
        try (var files = Files.newDirectoryStream(sockets())) {
            for (var file : files) {
                var is = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                boolean large = is.isDirectory() || is.isRegularFile() && is.size() > 1 << 20;
                strays += large ? SOCKET_FILES + 1 : 1;
                if (strays > SOCKET_FILES) {
                    return strays;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return 0; // a file went away while it was looked at
        }
        return strays;
    }

    private void guard(String word, String why) {
        note(word, why);
        kill();
    }

    private void note(String word, String why) {
        reason = word;
        guarded = why;
        metrics.counter("fern_process_kills_total", "reason", word).increment();
    }

    /// With a cgroup, everything in it at once. Without, the first process of the sandbox first: its end is the end of
    /// all in it, and bubblewrap then takes the last
    /// one's body away. Without one yet, bubblewrap itself, which is not awaited by anything in the sandbox.
    @Override
    public void kill() {
        if (cgroup != null) {
            cgroup.kill();
            return;
        }
        var inside = process.children().toList();
        if (inside.isEmpty()) {
            process.destroyForcibly();
        }
        inside.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public boolean end(Duration most) {
        boolean ended = false;
        boolean interrupted = false;
        long until = System.nanoTime() + most.toNanos();
        for (int i = 0; !ended && System.nanoTime() < until; i++) {
            try {
                ended = process.waitFor(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (!ended && i > 0) {
                process.destroyForcibly();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        watch.remove(this);
        askCgroup();
        if (cgroup != null) {
            ended &= Cgroups.remove(cgroup);
        }
        Homes.delete(home);
        return ended;
    }
}
