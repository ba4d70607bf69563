package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;

/// A copy of the script ./fern in a folder, to be started with other programs than Fern.
record StartScript(Path folder, Path file) {
    static StartScript in(Path folder) throws IOException {
        var home = Path.of(Objects.requireNonNull(System.getProperty("fern.home")));
        var file = Files.copy(home.resolve("fern"), folder.resolve("fern"));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return new StartScript(folder, file);
    }

    /// Makes LIB/NAME.jar of classes in the package `dev.fern.daemon`.
    Path install(String lib, String name, Map<String, String> sources) throws IOException {
        var classes = folder.resolve("classes-" + name);
        var files = new ArrayList<>(List.of("-d", classes.toString()));
        for (var source : sources.entrySet()) {
            files.add(Files.writeString(folder.resolve(source.getKey() + ".java"), source.getValue())
                    .toString());
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, files.toArray(String[]::new)))
                .isZero();
        Files.createDirectories(folder.resolve(lib));
        var made = folder.resolve(lib).resolve(name + ".jar");
        try (OutputStream out = Files.newOutputStream(made);
                var jar = new JarOutputStream(out)) {
            for (var type : sources.keySet()) {
                var entry = "dev/fern/daemon/" + type + ".class";
                jar.putNextEntry(new JarEntry(entry));
                jar.write(Files.readAllBytes(classes.resolve(entry)));
            }
        }
        return made;
    }

    Process start(Map<String, String> environment, String... args) throws IOException {
        var command = new ProcessBuilder(args);
        command.command().addFirst(file.toString());
        command.environment().keySet().removeIf(name -> name.startsWith("FERN_"));
        command.environment().putAll(environment);
        return command.directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
    }

    /// What it wrote until its end.
    static String read(Process process) throws IOException, InterruptedException {
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return out;
    }
}
