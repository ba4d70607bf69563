package dev.fern.polyglot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files of a function's image, by their paths there. A path or a link that leads out of it leads
/// nowhere.
final class BundleFiles {
    /// Bytes of one file of code.
    static final int MOST_BYTES = 8 << 20;

    private final Path root;

    BundleFiles(Path root) throws IOException {
        this.root = root.toRealPath();
    }

    /// Where that path ends when all links are followed, with a slash at the end if it is a folder;
    /// null if nowhere.
    @Nullable String find(String path) {
        var real = real(path);
        if (real == null) {
            return null;
        }
        var name = "/" + root.relativize(real);
        return Files.isDirectory(real) ? name + "/" : name;
    }

    private @Nullable Path real(String path) {
        try {
            var real = root.resolve(Path.of("/" + path).normalize().toString().substring(1))
                    .toRealPath();
            return real.startsWith(root) ? real : null;
        } catch (IOException | RuntimeException e) { // a name with a NUL in it
            return null;
        }
    }

    /// @throws IOException if it is not there, or not a file of code
    String read(String path) throws IOException {
        var real = real(path);
        if (real == null || !Files.isRegularFile(real)) {
            throw new IOException(path + " is not in the image");
        }
        if (Files.size(real) > MOST_BYTES) {
            throw new IOException(path + " has more than " + (MOST_BYTES >> 20) + " MB");
        }
        return new String(Files.readAllBytes(real), StandardCharsets.UTF_8);
    }
}
