package dev.fern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A throw-away folder and the processes that live in it. When it is closed, or the JVM ends, the processes are killed
/// and the folder is gone. Any thread.
public final class Sandbox implements AutoCloseable {
    private final Path folder;
    private final Deque<Child> children = new ArrayDeque<>();
    private final Thread atEnd = new Thread(this::clear, "fern-sandbox");
    private boolean closed;

    public Sandbox() throws IOException {
        folder = Files.createTempDirectory("fern-");
        try {
            Runtime.getRuntime().addShutdownHook(atEnd);
        } catch (IllegalStateException e) { // the JVM is ending already
            Files.delete(folder);
            throw e;
        }
    }

    public Path folder() {
        return folder;
    }

    /// A folder of that name in it, made if it is missing.
    public synchronized Path folder(String name) throws IOException {
        checkOpen();
        return Files.createDirectories(folder.resolve(name));
    }

    /// A loopback port that was free just now. Somebody may be quicker: see [Child#awaitLine].
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Starts a process in the folder.
    ///
    /// @param environment on top of this process's own
    public synchronized Child start(List<String> command, Map<String, String> environment) throws IOException {
        checkOpen();
        children.removeIf(child -> !child.alive());
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var child = new Child(command, builder.start());
        children.push(child);
        return child;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the sandbox is closed");
        }
    }

    /// Ends the processes, the youngest first, and removes the folder.
    @Override
    public void close() {
        clear();
        Runtime.getRuntime().removeShutdownHook(atEnd);
    }

    private synchronized void clear() {
        closed = true;
        while (!children.isEmpty()) {
            children.pop().kill();
        }
        // threads of this JVM may still write into it when it ends in the middle of something
        IOException failure = null;
        for (int i = 0; i < 100 && Files.exists(folder); i++) {
            if (failure != null) {
                LockSupport.parkNanos(20_000_000);
            }
            failure = remove();
        }
        if (failure != null) {
            throw new UncheckedIOException("cannot remove " + folder, failure);
        }
    }

    private @Nullable IOException remove() {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
            return null;
        } catch (IOException e) {
            return e;
        } catch (UncheckedIOException e) {
            return e.getCause();
        }
    }
}
