package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A disk of its own for a folder, which can be filled up: a tmpfs. Only root may mount one.
final class SmallDisk implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Sandbox sandbox;
    private final Path folder;
    private final Path filler;
    private final Thread atEnd = new Thread(this::unmount, "fern-small-disk");

    /// Mounts it over the folder, which is empty afterwards.
    SmallDisk(Sandbox sandbox, Path folder, String size) throws IOException, InterruptedException {
        this.sandbox = sandbox;
        this.folder = folder;
        filler = folder.resolve("filler");
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "fern-fault", folder.toString());
        Runtime.getRuntime().addShutdownHook(atEnd);
    }

    /// Why this process may not have one, or null.
    static @Nullable String obstacle() {
        return "root".equals(System.getProperty("user.name")) ? null : "only root can make a disk for it";
    }

    /// Leaves no room at all.
    void fill() throws IOException {
        try (var file = FileChannel.open(
                filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            for (int size = 1 << 16; size > 0; size /= 16) {
                fill(file, size);
            }
        }
    }

    private static void fill(FileChannel file, int size) {
        try {
            while (true) {
                file.write(ByteBuffer.allocate(size));
            }
        } catch (IOException e) {
            // that was the end of it
        }
    }

    /// Gives the room back.
    void free() throws IOException {
        Files.deleteIfExists(filler);
    }

    /// Lets nobody write any more; nobody may have a file of it open for that.
    void protect() throws IOException, InterruptedException {
        run("mount", "-o", "remount,ro", folder.toString());
    }

    /// Lets everybody write again.
    void unprotect() throws IOException, InterruptedException {
        run("mount", "-o", "remount,rw", folder.toString());
    }

    private void run(String... command) throws IOException, InterruptedException {
        sandbox.start(List.of(command), Map.of()).awaitSuccess(SOON);
    }

    private void unmount() {
        try {
            new ProcessBuilder("umount", "--lazy", folder.toString()).start().waitFor();
        } catch (IOException e) {
            System.err.println("still mounted: " + folder + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        unmount();
        Runtime.getRuntime().removeShutdownHook(atEnd);
    }
}
