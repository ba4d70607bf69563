package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The script ./fern, with a program that says how it was started.
class LauncherTest {
    private static final String MAIN = """
            package dev.fern.daemon;
            public class Main {
                public static void main(String[] args) throws Exception {
                    if (args.length > 1) {
                        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stopped")));
                    }
                    System.out.println(String.join("|", args));
                    System.out.println(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
                    System.out.flush();
                    if (args.length > 1) {
                        Thread.sleep(60_000);
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    private Path script;

    @BeforeEach
    void copy() throws IOException {
        script = folder.resolve("fern");
        var home = Path.of(Objects.requireNonNull(System.getProperty("fern.home")));
        Files.copy(home.resolve("fern"), script);
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    private void install(String lib) throws IOException {
        var source = Files.writeString(folder.resolve("Main.java"), MAIN);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString()))
                .isZero();
        Files.createDirectories(folder.resolve(lib));
        try (OutputStream file = Files.newOutputStream(folder.resolve(lib).resolve("main.jar"));
                var jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry("dev/fern/daemon/Main.class"));
            jar.write(Files.readAllBytes(folder.resolve("Main.class")));
        }
    }

    private Process start(Map<String, String> environment, String... args) throws IOException {
        var command = new ProcessBuilder(args);
        command.command().addFirst(script.toString());
        command.environment().keySet().removeIf(name -> name.startsWith("FERN_"));
        command.environment().putAll(environment);
        return command.directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
    }

    private static String read(Process process) throws IOException, InterruptedException {
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out;
    }

    @Test
    void without_a_build_it_says_so() throws Exception {
        var process = start(Map.of(), "status");

        assertThat(read(process)).isEqualTo("fern: there is nothing to run in " + folder + "; run ./dev build first\n");
        assertThat(process.exitValue()).isEqualTo(1);
    }

    @Test
    void without_a_java_25_it_says_so() throws Exception {
        install("lib");
        var other = Files.createDirectories(folder.resolve("java/bin"));
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"21.0.1\"\n");
        var old = Files.writeString(other.resolve("java"), "#!/bin/sh\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        Files.writeString(script, Files.readString(script).replaceAll("/usr/lib/jvm/\\*.*; do", "; do"));
        // the shell's own tools, and a java that is too old
        for (var tool : new String[] {"bash", "dirname", "readlink", "grep"}) {
            var wrapper = Files.writeString(other.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
            assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        }
        var process = start(Map.of("JAVA_HOME", folder + "/java", "PATH", other.toString()), "status");

        assertThat(read(process)).startsWith("fern: there is no Java 25 in JAVA_HOME, PATH or /usr/lib/jvm\n");
        assertThat(process.exitValue()).isEqualTo(1);
    }

    @Test
    void a_command_gets_its_arguments_as_they_are() throws Exception {
        install("target/fern/lib");

        assertThat(read(start(Map.of("FERN_JAVA_OPTS", "-Da=1 -Db=2"), "a b*")))
                .startsWith("a b*\n[-XX:+UseSerialGC,")
                .contains("-Da=1, -Db=2]")
                .doesNotContain("-Xss512k");
    }

    @Test
    void the_daemon_gets_little_memory_and_the_signals() throws Exception {
        install("lib");
        var process = start(Map.of("FERN_HEAP", "77m"), "run", "--config");
        try {
            var out = process.inputReader(StandardCharsets.UTF_8);
            assertThat(out.readLine()).isEqualTo("run|--config");
            assertThat(out.readLine()).contains("-Xmx77m", "-Xss512k", "--enable-native-access=ALL-UNNAMED");

            // not Process.destroy, which closes our end of its output too
            process.toHandle().destroy();

            assertThat(out.readLine()).isEqualTo("stopped");
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }
}
