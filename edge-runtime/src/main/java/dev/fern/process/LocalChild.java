package dev.fern.process;

import dev.fern.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Comparator;
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
    private final Watch watch;
    private final Metrics metrics;
    private volatile boolean busy = true;
    private volatile @Nullable String guarded;

    LocalChild(Process process, Order order, Path home, Watch watch, Metrics metrics) {
        this.process = process;
        this.order = order;
        this.home = home;
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
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    @Override
    public @Nullable String guarded() {
        return guarded;
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
        if (tooLarge()) {
            guard("memory", "it used more than its " + order.memoryMb() + " MB");
        } else if (strays() > SOCKET_FILES) {
            guard("files", "it wrote files beside its socket in " + Recipe.SOCKETS);
        }
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

    private void guard(String reason, String why) {
        guarded = why;
        metrics.counter("fern_process_kills_total", "reason", reason).increment();
        kill();
    }

    /// The first process of the sandbox first: its end is the end of all in it, and bubblewrap then takes the last
    /// one's body away. Without one yet, bubblewrap itself, which is not awaited by anything in the sandbox.
    @Override
    public void kill() {
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
        delete(home);
        return ended;
    }

    static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // a temporary folder: the next start of the device removes it
        }
    }
}
