package dev.fern.process;

import dev.fern.Metrics;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Starts processes from this JVM.
///
/// One thread starts them all and lives as long as this: a sandbox dies with the thread that made it
/// (PR_SET_PDEATHSIG), and must not do so because a worker was idle.
final class LocalLauncher implements Launcher {
    /// bubblewrap's own two processes.
    private static final int BUBBLEWRAP = 2;

    private final Guards guards;
    private final Sandbox sandbox;
    private final Homes homes;
    private final Cgroups cgroups;
    private final Metrics metrics;
    private final Watch watch = new Watch();
    private final AtomicInteger instances = new AtomicInteger();
    private final ExecutorService starter = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("fern-process-start").daemon(true).unstarted(task));

    /// @param guards without a problem
    LocalLauncher(Guards guards, Path bubblewrap, Homes homes, Cgroups cgroups, Metrics metrics) {
        this.guards = guards;
        this.homes = homes;
        this.cgroups = cgroups;
        this.metrics = metrics;
        sandbox = new Sandbox(bubblewrap, guards.root(), homes.shared());
        metrics.gauge(watch::size, "fern_processes");
        watch.start();
    }

    @Override
    public LocalChild start(Order order) throws IOException {
        int instance = instances.getAndIncrement();
        int user = guards.user(instance);
        var home = homes.create(instance);
        Cgroup cgroup = null;
        try {
            cgroup = cgroups.create(order.memoryMb(), Sandbox.PIDS + BUBBLEWRAP);
            var sockets = Files.createDirectory(home.resolve("s"));
            if (guards.root()) {
                Files.setAttribute(sockets, "unix:uid", user);
                Files.setAttribute(sockets, "unix:gid", user);
            }
            var line = sandbox.line(order, user, home, sockets, cgroup);
            var child = new LocalChild(launch(line), order, home, cgroup, watch, metrics);
            watch.add(child);
            metrics.counter("fern_process_starts_total").increment();
            return child;
        } catch (IOException e) {
            if (cgroup != null) {
                Cgroups.remove(cgroup);
            }
            Homes.delete(home);
            throw e;
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
        var phrases = new ArrayList<String>();
        if (!homes.shared()) {
            phrases.add("started by: the daemon");
        }
        phrases.addAll(guards.phrases(cgroups));
        return List.copyOf(phrases);
    }

    @Override
    public void close() {
        watch.close();
        starter.shutdown();
        homes.close();
    }
}
