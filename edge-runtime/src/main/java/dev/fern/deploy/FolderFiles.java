package dev.fern.deploy;

import dev.fern.InvalidDefinitionException;
import dev.fern.deploy.Layout.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/// The files of a function's folder, as far as an image would have them.
final class FolderFiles {
    /// Files of a function, its packages included.
    static final int MOST_FILES = 10000;

    /// What tools leave in a folder and no function needs.
    private static final Set<String> LEFT_OUT = Set.of(".git", ".venv", "__pycache__");

    private FolderFiles() {}

    /// The jars that a build left in `target/`, in order.
    static List<Path> jars(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve("target"), "*.jar")) {
            return StreamSupport.stream(files.spliterator(), false).sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    /// All files below that folder, by that prefix and their path in it.
    static TreeMap<String, Source> below(Path folder, String prefix) throws IOException, InvalidDefinitionException {
        var found = new TreeMap<String, Source>();
        try (var files = Files.walk(folder)) {
            var own = files.filter(file -> !isLeftOut(folder.relativize(file)) && Files.isRegularFile(file));
            for (var file : (Iterable<Path>) own::iterator) {
                found.put(prefix + folder.relativize(file), source(file));
                if (found.size() > MOST_FILES) {
                    throw new InvalidDefinitionException(
                            folder + " has more than " + MOST_FILES + " files", "bundle the function into fewer files");
                }
            }
        }
        return found;
    }

    private static boolean isLeftOut(Path path) {
        for (var part : path) {
            if (LEFT_OUT.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }

    static Source source(Path file) {
        return new Source(file, Files.isExecutable(file));
    }
}
