package dev.fern.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// The folders of instances, one each, with the sockets in them. Their paths are short, as that of a socket has 107
/// bytes at most.
final class Homes implements AutoCloseable {
    private static final String PREFIX = "fern-";
    private static final String NOTE = "sockets";

    private final @Nullable Path fixed;
    private final @Nullable Path state;
    private @Nullable Path folder;

    private Homes(@Nullable Path fixed, @Nullable Path state) {
        this.fixed = fixed;
        this.state = state;
    }

    /// In a temporary folder, which is in memory on most devices.
    ///
    /// @param state where it is noted, so that the next one can remove it after a crash
    static Homes temporary(Path state) {
        return new Homes(null, state);
    }

    /// In a folder that is there and belongs to nobody else; what is in it is removed.
    static Homes in(Path folder) {
        return new Homes(folder, null);
    }

    /// Whether others than this process look into them.
    boolean shared() {
        return fixed != null;
    }

    synchronized Path create(int instance) throws IOException {
        var made = folder;
        if (made == null) {
            made = fixed == null ? temporary() : emptied(fixed);
            folder = made;
        }
        return Files.createDirectory(made.resolve(String.valueOf(instance)));
    }

    private Path temporary() throws IOException {
        removeOld();
        var made = Files.createTempDirectory(PREFIX);
        if (state != null) {
            Files.createDirectories(state);
            Files.writeString(state.resolve(NOTE), made.toString());
        }
        return made;
    }

    private static Path emptied(Path folder) throws IOException {
        try (var left = Files.newDirectoryStream(folder, "[0-9]*")) {
            left.forEach(Homes::delete);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return folder;
    }

    /// What a daemon left that was killed.
    private void removeOld() {
        try {
            if (state != null) {
                var old = Path.of(Files.readString(state.resolve(NOTE)));
                if (old.getFileName().toString().startsWith(PREFIX) && Files.isDirectory(old)) {
                    delete(old);
                }
            }
        } catch (IOException | InvalidPathException e) {
            // there was none, or it is somewhere that nobody knows
        }
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

    @Override
    public synchronized void close() {
        if (folder != null && fixed == null) {
            delete(folder);
        }
        folder = null;
    }
}
