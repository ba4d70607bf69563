package dev.fern.images;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// What the JDK has no single call for.
final class Disk {
    private static final int SYNCED_AT_ONCE = 8;

    private Disk() {}

    /// Removes a file, a symlink, or a folder with all in it; nothing if it is not there.
    static void delete(Path path) throws IOException {
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                        throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            // as wanted
        }
    }

    /// Returns when all files and folders from here down would survive a power cut. Several are synced at once: what is
    /// asked for together, a file system commits together; one after the other each waits for a commit of its own.
    static void sync(Path path) throws IOException {
        List<Path> all;
        try (var found = Files.walk(path)) {
            all = found.filter(Disk::isFileOrFolder).toList();
        }
        var threads = Thread.ofPlatform().name("fern-images-sync").daemon(true).factory();
        try (var pool = Executors.newFixedThreadPool(Math.min(SYNCED_AT_ONCE, all.size()), threads)) {
            var syncs = new ArrayList<Future<?>>();
            for (var one : all) {
                syncs.add(pool.submit(() -> {
                    syncOne(one);
                    return null;
                }));
            }
            for (var sync : syncs) {
                sync.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
    }

    private static boolean isFileOrFolder(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /// Linux syncs folders and files opened for reading alike (fsync(2)).
    static void syncOne(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Can be entered by the users that functions run as, whatever umask the daemon has.
    static void enterable(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
