package dev.fern.deploy;

import dev.fern.Bundle;
import dev.fern.Time;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/// Copies of folders' code, each in a folder called by its digest, complete or not there. Any thread.
final class FolderStore {
    /// How long a copy that nobody wants stays: a version that is being replaced still reads it.
    static final Duration UNWANTED = Duration.ofMinutes(10);

    private static final System.Logger LOG = System.getLogger("fern.deploy");

    private final Path dir;
    private final Time time;
    private final LongAdder written;
    /// Folders of copies that need no fresh date to stay.
    private volatile Set<String> wanted = Set.of();

    /// @param written counts the bytes that are copied
    FolderStore(Path dir, Time time, LongAdder written) {
        this.dir = dir;
        this.time = time;
        this.written = written;
    }

    /// Copies the files to where an image has them, unless that was done already.
    Bundle keep(Layout layout) throws IOException {
        var digest = digest(layout);
        var root = dir.resolve(digest);
        if (!Files.isDirectory(root)) {
            Files.createDirectories(dir);
            Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
            var part = Files.createTempDirectory(dir, "part-");
            try {
                copy(layout, part);
                Files.move(part, root, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
                remove(part); // another thread was quicker
            } catch (AtomicMoveNotSupportedException e) {
                throw new IOException(dir + " cannot rename a folder", e);
            } catch (IOException e) {
                remove(part);
                throw e;
            }
        }
        if (!wanted.contains("sha256:" + digest)) {
            touch(root);
        }
        return new Bundle(
                "sha256:" + digest, root, layout.entrypoint(), layout.cmd(), layout.env(), layout.workingDir());
    }

    private void touch(Path copy) throws IOException {
        Files.setLastModifiedTime(copy, FileTime.from(time.now()));
    }

    /// As in an image, all can be read by the user that a process runs as.
    private void copy(Layout layout, Path root) throws IOException {
        for (var entry : layout.files().entrySet()) {
            var copy = root.resolve(entry.getKey());
            Files.createDirectories(copy.getParent());
            Files.copy(entry.getValue().file(), copy, StandardCopyOption.REPLACE_EXISTING);
            written.add(Files.size(copy));
            var rights = entry.getValue().executable() ? "rwxr-xr-x" : "rw-r--r--";
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString(rights));
        }
        try (var all = Files.walk(root)) {
            for (var folder : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private static String digest(Layout layout) throws IOException {
        try (var digest =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            var start = List.of(layout.entrypoint(), layout.cmd(), layout.env(), layout.workingDir());
            digest.write(start.toString().getBytes(StandardCharsets.UTF_8));
            for (var entry : layout.files().entrySet()) {
                var source = entry.getValue();
                digest.write((entry.getKey() + source.executable() + Files.size(source.file()))
                        .getBytes(StandardCharsets.UTF_8));
                Files.copy(source.file(), digest);
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /// Removes copies that are not wanted and were not asked for, or wanted, in the last minutes, and what a power cut
    /// left.
    void retain(Set<String> digests) {
        var until = time.now().minus(UNWANTED);
        var before = wanted;
        wanted = Set.copyOf(digests);
        try (var copies = Files.newDirectoryStream(dir)) {
            for (var copy : copies) {
                var digest = "sha256:" + copy.getFileName();
                if (!digests.contains(digest) && before.contains(digest)) {
                    touch(copy);
                } else if (!digests.contains(digest)
                        && Files.getLastModifiedTime(copy).toInstant().isBefore(until)) {
                    remove(copy);
                }
            }
        } catch (NoSuchFileException e) {
            // no function was ever defined by a folder
        } catch (IOException e) {
            LOG.log(Level.WARNING, "old copies of code in {0} cannot be removed; see to its rights: {1}", dir, e);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
