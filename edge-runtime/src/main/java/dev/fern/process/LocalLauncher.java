package dev.fern.process;

import dev.fern.Metrics;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Starts processes from this JVM.
///
/// One thread starts them all and lives as long as this: a sandbox dies with the thread that made it
/// (PR_SET_PDEATHSIG), and must not do so because a worker was idle.
final class LocalLauncher implements Launcher {
    private static final String PREFIX = "fern-";
    private static final String NOTE = "sockets";

    private final Guards guards;
    private final Sandbox sandbox;
    private final Path state;
    private final Metrics metrics;
    private final Watch watch = new Watch();
    private final AtomicInteger instances = new AtomicInteger();
    private final ExecutorService starter = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("fern-process-start").daemon(true).unstarted(task));
    private @Nullable Path folder;

    /// @param guards without a problem
    /// @param state where it notes the folder of its sockets, so that the next one can remove it after a crash
    LocalLauncher(Guards guards, Path bubblewrap, Path state, Metrics metrics) {
        this.guards = guards;
        this.state = state;
        this.metrics = metrics;
        sandbox = new Sandbox(bubblewrap, guards.root());
        metrics.gauge(watch::size, "fern_processes");
        watch.start();
    }

    @Override
    public Child start(Order order) throws IOException {
        int instance = instances.getAndIncrement();
        int user = guards.user(instance);
        var home = Files.createDirectory(folder().resolve(String.valueOf(instance)));
        try {
            var sockets = Files.createDirectory(home.resolve("s"));
            if (guards.root()) {
                Files.setAttribute(sockets, "unix:uid", user);
                Files.setAttribute(sockets, "unix:gid", user);
            }
            var line = sandbox.line(order, user, home, sockets);
            var child = new LocalChild(launch(line), order, home, watch, metrics);
            watch.add(child);
            metrics.counter("fern_process_starts_total").increment();
            return child;
        } catch (IOException e) {
            LocalChild.delete(home);
            throw e;
        }
    }

    /// Short, as the path of a socket has 107 bytes at most, and in memory on most devices.
    private synchronized Path folder() throws IOException {
        var made = folder;
        if (made == null) {
            removeOld();
            made = Files.createTempDirectory(PREFIX);
            Files.createDirectories(state);
            Files.writeString(state.resolve(NOTE), made.toString());
            folder = made;
        }
        return made;
    }

    /// What a daemon left that was killed.
    private void removeOld() {
        try {
            var old = Path.of(Files.readString(state.resolve(NOTE)));
            if (old.getFileName().toString().startsWith(PREFIX) && Files.isDirectory(old)) {
                LocalChild.delete(old);
            }
        } catch (IOException | InvalidPathException e) {
            // there was none, or it is somewhere that nobody knows
        }
    }

    private Process launch(Sandbox.Line line) throws IOException {
        var builder = new ProcessBuilder(line.command()).redirectErrorStream(true);
        builder.environment().clear();
        builder.directory(Path.of("/").toFile());
        try {
            var process = starter.submit(builder::start).get();
            try (var arguments = process.getOutputStream()) {
                var text = String.join("\0", line.arguments()) + "\0";
                arguments.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                process.destroyForcibly();
                throw e;
            }
            return process;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    @Override
    public List<String> guards() {
        return guards.phrases();
    }

    @Override
    public void close() {
        watch.close();
        starter.shutdown();
        Path made;
        synchronized (this) {
            made = folder;
            folder = null;
        }
        if (made != null) {
            LocalChild.delete(made);
        }
    }
}
