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

/// The folders of functions that somebody works on: builds their code, and builds it again when its sources change. One
/// whose build fails stays what it was, and the words say why.
public final class Workshop implements AutoCloseable {
    /// In all of a function's sources; what is beyond is not looked at.
    static final int MOST_FILES = 5000;

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final List<Path> functions;
    private final Consumer<String> words;
    private final Steps steps;
    private final Map<Path, Integer> built = new HashMap<>();
    private final Thread watching =
            Thread.ofPlatform().daemon().name("fern-dev").unstarted(this::look);

    /// @param functions the func.yaml of each
    /// @param words takes lines for the developer, on any thread
    public Workshop(List<Path> functions, Consumer<String> words) {
        this.functions = List.copyOf(functions);
        this.words = words;
        steps = new Steps(words);
    }

    /// Builds all of them from scratch. Blocks as long as that takes.
    public void build() throws InterruptedException {
        for (var function : functions) {
            built.put(function, sources(function));
            build(function, true);
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
                for (var function : functions) {
                    lookAt(function);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /// Waits until an editor that writes many files has come to its end.
    private void lookAt(Path function) throws InterruptedException {
        int now = sources(function);
        if (Integer.valueOf(now).equals(built.get(function))) {
            return;
        }
        Thread.sleep(EVERY.dividedBy(4));
        if (now == sources(function)) {
            built.put(function, now);
            build(function, false);
        }
    }

    private void build(Path function, boolean fromScratch) throws InterruptedException {
        try {
            var func = Func.read(function);
            var kind = Code.kind(func.folder(), func.text("runtime"));
            var build = new Build(func.folder(), steps);
            if (fromScratch) {
                build.run(kind);
            } else {
                build.again(kind);
            }
        } catch (PublishException e) {
            words.accept(e.problem().toString());
        }
    }

    /// A number that is another when a source was written, added or removed. What is run as it is written, such as
    /// func.js, is no source: the daemon looks at that.
    private static int sources(Path function) {
        var hash = new int[] {
            stamp(function.resolveSibling("pom.xml")) * 31 + stamp(function.resolveSibling("package.json"))
        };
        if (!Files.exists(function.resolveSibling("pom.xml"))) {
            return hash[0];
        }
        try {
            Files.walkFileTree(function.resolveSibling("src"), new SimpleFileVisitor<>() {
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
