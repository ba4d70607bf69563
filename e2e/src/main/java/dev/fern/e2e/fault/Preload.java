package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A small library in C that is put between a process and the system's own (`LD_PRELOAD`). Its source is beside this
/// class.
final class Preload {
    private static final Duration COMPILED = Duration.ofMinutes(1);

    private Preload() {}

    /// Why it cannot be made here, or null.
    static @Nullable String obstacle() {
        return compiler() == null ? "there is no C compiler" : null;
    }

    private static @Nullable Path compiler() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(folder -> Stream.of(Path.of(folder, "cc"), Path.of(folder, "clang")))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /// Makes it.
    ///
    /// @param name of its source, without `.c`
    /// @return the variable that loads it
    static Map<String, String> make(Sandbox sandbox, String name) throws IOException, InterruptedException {
        var folder = sandbox.folder("preload");
        var source = folder.resolve(name + ".c");
        try (var in = Preload.class.getResourceAsStream(name + ".c")) {
            if (in == null) {
                throw new IOException(name + ".c is missing from the jar");
            }
            Files.write(source, in.readAllBytes());
        }
        var library = folder.resolve(name + ".so");
        if (!(compiler() instanceof Path compiler)) {
            throw new IOException("there is no C compiler; on Debian: apt install clang");
        }
        sandbox.start(
                        List.of(
                                compiler.toString(),
                                "-shared",
                                "-fPIC",
                                "-O1",
                                "-o",
                                library.toString(),
                                source.toString(),
                                "-ldl"),
                        Map.of())
                .awaitSuccess(COMPILED);
        return Map.of("LD_PRELOAD", library.toString());
    }
}
