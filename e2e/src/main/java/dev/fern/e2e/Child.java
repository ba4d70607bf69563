package dev.fern.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A process of a [Sandbox], and the last 1,000 lines it wrote. Any thread.
public final class Child {
    private static final int LINES = 1000;

    private static final long AGAIN_MS = 500;

    private final String name;
    private final Process process;
    private final Thread reader;
    private final Deque<String> lines = new ArrayDeque<>();
    private Consumer<String> listener = _ -> {};

    Child(List<String> command, Process process) {
        this.name = command.getFirst();
        this.process = process;
        reader = Thread.ofPlatform().daemon().name("fern-output").start(this::read);
    }

    private void read() {
        try (var output = new BufferedReader(process.inputReader(StandardCharsets.UTF_8))) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(output broke off: " + e.getMessage() + ")");
        } finally {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    private synchronized void add(String line) {
        if (lines.size() == LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
        listener.accept(line);
        notifyAll();
    }

    /// Waits until the process has written a line with that text in it. Unlike a port that answers, such a line proves
    /// that it is this very process that serves.
    ///
    /// @throws IOException with what it wrote if it ends first, or does not say so in time
    public synchronized void awaitLine(String text, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (lines.stream().noneMatch(line -> line.contains(text))) {
            long leftMs = (end - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0 || !reader.isAlive()) {
                throw failure(leftMs <= 0 ? "did not write '" + text + "' in " + limit.toSeconds() + " s" : "ended");
            }
            wait(Math.min(leftMs, 100));
        }
    }

    /// Waits for its end.
    ///
    /// @return what it wrote
    /// @throws IOException with what it wrote if it does not end in time with exit code 0
    public List<String> awaitSuccess(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            throw failure("did not end within " + limit.toSeconds() + " s");
        }
        reader.join(Duration.ofSeconds(1));
        if (process.exitValue() != 0) {
            throw failure("ended with exit code " + process.exitValue());
        }
        return output();
    }

    /// What to throw when the process lets its user down: says why, with what it wrote last.
    IOException failure(String why) {
        return new IOException(name + " " + why + "; it wrote:\n" + String.join("\n", output()));
    }

    /// The last lines it wrote, oldest first.
    public synchronized List<String> output() {
        return List.copyOf(lines);
    }

    /// Hands over each further line.
    public synchronized void follow(Consumer<String> listener) {
        this.listener = listener;
    }

    public boolean alive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /// Its exit code, or null while it runs.
    public @Nullable Integer exitCode() {
        return process.isAlive() ? null : process.exitValue();
    }

    /// Asks it to end (SIGTERM), and returns when it has. Asks again twice a second: mosquitto 2.0.11 misses
    /// a signal that comes just before it waits.
    ///
    /// @throws IOException if it has not in time; it is killed then
    public void stop(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        do {
            process.toHandle().destroy(); // the process itself would close its output as well
        } while (!process.waitFor(AGAIN_MS, TimeUnit.MILLISECONDS) && System.nanoTime() < end);
        if (process.isAlive()) {
            kill();
            throw failure("did not end within " + limit.toSeconds() + " s of SIGTERM");
        }
        reader.join(Duration.ofSeconds(1));
    }

    /// Ends it at once (SIGKILL), with what it has started, and returns when it is gone.
    public void kill() {
        var family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }
}
