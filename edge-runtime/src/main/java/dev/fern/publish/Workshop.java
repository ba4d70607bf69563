package dev.fern.publish;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The folders of functions that somebody works on: builds their code, and builds it again when its sources change. One
/// whose build fails stays what it was, and the words say why.
public final class Workshop implements AutoCloseable {
    /// In all of a function's sources; what is beyond is not looked at.
    static final int MOST_FILES = 5000;

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final List<Path> folders;
    private final Consumer<String> words;
    private final Steps steps;
    private final Map<Path, Integer> built = new HashMap<>();
    private final Thread watching =
            Thread.ofPlatform().daemon().name("fern-dev").unstarted(this::look);

    /// @param folders each with a func.yaml
    /// @param words takes lines for the developer, on any thread
    public Workshop(List<Path> folders, Consumer<String> words) {
        this.folders = List.copyOf(folders);
        this.words = words;
        steps = new Steps(words);
    }

    /// Builds all of them from scratch. Blocks as long as that takes.
    public void build() throws InterruptedException {
        for (var folder : folders) {
            built.put(folder, sources(folder));
            build(folder, true);
        }
    }

    /// From now on, builds what changes.
    public void watch() {
        watching.start();
    }

    private void look() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                for (var folder : folders) {
                    lookAt(folder);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /// Waits until an editor that writes many files has come to its end.
    private void lookAt(Path folder) throws InterruptedException {
        int now = sources(folder);
        if (Integer.valueOf(now).equals(built.get(folder))) {
            return;
        }
        Thread.sleep(EVERY.dividedBy(4));
        if (now == sources(folder)) {
            built.put(folder, now);
            build(folder, false);
        }
    }

    private void build(Path folder, boolean fromScratch) throws InterruptedException {
        try {
            if (func(folder) instanceof Path file) {
                var kind = Code.kind(folder, Func.read(file).text("runtime"));
                var build = new Build(folder, steps);
                if (fromScratch) {
                    build.run(kind);
                } else {
                    build.again(kind);
                }
            }
        } catch (PublishException e) {
            words.accept(e.problem().toString());
        }
    }

    private static @Nullable Path func(Path folder) {
        return List.of("func.yaml", "func.yml", "func.json").stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }

    /// A number that is another when a source was written, added or removed. What is run as it is written, such as
    /// func.js, is no source: the daemon looks at that.
    private static int sources(Path folder) {
        var hash = new int[] {stamp(folder.resolve("pom.xml")) * 31 + stamp(folder.resolve("package.json"))};
        if (!Files.exists(folder.resolve("pom.xml"))) {
            return hash[0];
        }
        try {
            Files.walkFileTree(folder.resolve("src"), new SimpleFileVisitor<>() {
                private int count;

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    hash[0] += stamp(file, attributes);
                    return ++count < MOST_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // it is being changed: the next look finds it
        }
        return hash[0];
    }

    private static int stamp(Path file) {
        try {
            return stamp(file, Files.readAttributes(file, BasicFileAttributes.class));
        } catch (IOException e) {
            return 0;
        }
    }

    private static int stamp(Path file, BasicFileAttributes attributes) {
        return file.hashCode() * 31 + attributes.lastModifiedTime().hashCode() + Long.hashCode(attributes.size());
    }

    @Override
    public void close() {
        watching.interrupt();
        steps.close();
    }
}
