package dev.fern.wasm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Debian's clang with its wasi-libc, as docs/functions.md tells authors to use it.
final class Clang {
    private static final Path HERE = Path.of(System.getProperty("fern.home"), "edge-runtime/src/test/resources/wasm");

    private Clang() {}

    /// A C file of the tests' own, as a command.
    static byte[] command(Path folder, String source, String... more) {
        var wasm = folder.resolve(source + ".wasm");
        var command = new ArrayList<>(List.of(
                "clang",
                "--target=wasm32-wasi",
                "--sysroot=/usr",
                "-Os",
                "-Wl,--strip-all",
                "-o",
                wasm.toString(),
                HERE.resolve(source).toString()));
        command.addAll(List.of(more));
        run(folder, command);
        try {
            return Files.readAllBytes(wasm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a compiler.
    static void run(Path folder, List<String> command) {
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + " failed: " + output);
            }
        } catch (IOException e) {
            throw new AssertionError("run ./dev test, which installs it: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
