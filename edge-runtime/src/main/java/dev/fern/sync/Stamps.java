package dev.fern.sync;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the files of functions looked like. Of a function's code that is the jars in `target/` and what is beside
/// func.yaml; in the folders below too, unless Maven builds the code, but not in those that packages are installed to.
///
/// @param definitions of func.yaml and app.yaml
/// @param code of the rest
record Stamps(List<Stamp> definitions, List<Stamp> code) {
    static final Stamps NONE = new Stamps(List.of(), List.of());

    /// Of one function; who has more has packages in a folder that is not known here.
    static final int MOST_FILES = 2000;

    private static final int DEEPEST = 8;
    private static final Set<String> NOT_BELOW = Set.of("node_modules", "target", "__pycache__", "python", "venv");

    /// What differs when a file was written, moved or replaced.
    record Stamp(
            Path file, FileTime time, long size, @Nullable Object inode) {
        static Stamp of(Path file) throws IOException {
            return of(file, Files.readAttributes(file, BasicFileAttributes.class));
        }

        static Stamp of(Path file, BasicFileAttributes attributes) {
            return new Stamp(file, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    static Stamps of(List<FuncFile> found) throws IOException {
        var stamps = new Stamps(new ArrayList<>(), new ArrayList<>());
        for (var function : found) {
            stamps.definitions.add(Stamp.of(function.func()));
            if (function.app() instanceof Path app) {
                stamps.definitions.add(Stamp.of(app));
            }
            boolean built = Files.exists(function.folder().resolve("pom.xml"));
            stamps.addCode(function.folder(), built ? 1 : DEEPEST);
            stamps.addJars(function.folder().resolve("target"));
        }
        return stamps;
    }

    private void addCode(Path folder, int depth) throws IOException {
        var all = EnumSet.of(FileVisitOption.FOLLOW_LINKS);
        int before = code.size();
        Files.walkFileTree(folder, all, depth, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
                var name = String.valueOf(below.getFileName());
                boolean other = !below.equals(folder) && (name.startsWith(".") || NOT_BELOW.contains(name));
                return other ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                var stamp = Stamp.of(file, attributes);
                boolean hidden = String.valueOf(file.getFileName()).startsWith(".");
                if (attributes.isRegularFile() && !hidden && !definitions.contains(stamp)) {
                    code.add(stamp);
                }
                return code.size() - before < MOST_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // just being replaced, or a circle of links
            }
        });
    }

    private void addJars(Path target) throws IOException {
        try (var jars = Files.newDirectoryStream(target, "*.jar")) {
            for (var jar : jars) {
                if (Files.isRegularFile(jar)) {
                    code.add(Stamp.of(jar));
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // not built yet, or just being built anew
        }
    }
}
