package dev.fern.process;

import dev.fern.InvalidDefinitionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A language that images bring by their base, and that the device has instead.
///
/// @param name what it is called here
/// @param names what images call it, by its file name
/// @param debian the package that brings it
record Interpreter(String name, Pattern names, String debian) {
    private static final List<Interpreter> ALL = List.of(
            new Interpreter("python3", Pattern.compile("python(3(\\.\\d+)?)?"), "python3"),
            new Interpreter("node", Pattern.compile("node(js)?"), "nodejs"),
            new Interpreter("ruby", Pattern.compile("ruby(\\d\\.\\d)?"), "ruby"),
            new Interpreter("perl", Pattern.compile("perl"), "perl"),
            new Interpreter("php", Pattern.compile("php(\\d\\.\\d)?"), "php-cli"),
            new Interpreter("sh", Pattern.compile("sh|ash|dash"), "dash"),
            new Interpreter("bash", Pattern.compile("bash"), "bash"),
            new Interpreter("env", Pattern.compile("env"), "coreutils"));
    private static final List<String> FIRST = List.of("/usr/local/bin", "/usr/bin", "/bin");

    /// The one that a path or a word of an image means, or null.
    static @Nullable Interpreter of(String word) {
        var file = word.substring(word.lastIndexOf('/') + 1);
        return ALL.stream()
                .filter(one -> one.names.matcher(file).matches())
                .findFirst()
                .orElse(null);
    }

    /// Its file on this device, without symlinks.
    ///
    /// @param path the folders after the usual ones, as `PATH` has them
    /// @throws InvalidDefinitionException if it is not installed
    Path find(String path) throws InvalidDefinitionException {
        var file = find(name, path);
        if (file == null) {
            throw new InvalidDefinitionException(
                    name + " is not installed on this device",
                    "run: apt install " + debian + ", or set the annotation fern/layers to all");
        }
        return file;
    }

    /// That program in one of the usual folders, or of `path`; null if it is nowhere.
    static @Nullable Path find(String program, @Nullable String path) {
        var folders = new ArrayList<>(FIRST);
        if (path != null) {
            folders.addAll(List.of(path.split(":")));
        }
        for (var folder : folders) {
            var file = Path.of(folder, program);
            if (folder.startsWith("/") && Files.isRegularFile(file) && Files.isExecutable(file)) {
                return real(file);
            }
        }
        return null;
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file; // it went away just now; starting it says so
        }
    }
}
