package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

    private StartScript script;

    @BeforeEach
    void copy() throws IOException {
        script = StartScript.in(folder);
    }

    private void install(String lib) throws IOException {
        script.install(lib, "main", Map.of("Main", MAIN));
    }

    @Test
    void without_a_build_it_says_so() throws Exception {
        var process = script.start(Map.of(), "status");

        assertThat(StartScript.read(process))
                .isEqualTo("fern: there is nothing to run in " + folder + "; run ./dev build first\n");
        assertThat(process.exitValue()).isEqualTo(1);
    }

    @Test
    void without_a_java_25_it_says_so() throws Exception {
        install("lib");
        var other = Files.createDirectories(folder.resolve("java/bin"));
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"21.0.1\"\n");
        var old = Files.writeString(other.resolve("java"), "#!/bin/sh\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        Files.writeString(script.file(), Files.readString(script.file()).replaceAll("/usr/lib/jvm/\\*.*; do", "; do"));
        // the shell's own tools, and a java that is too old
        for (var tool : new String[] {"bash", "dirname", "readlink", "grep"}) {
            var wrapper = Files.writeString(other.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
            assertThat(wrapper.toFile().setExecutable(true)).isTrue();
        }
        var process = script.start(Map.of("JAVA_HOME", folder + "/java", "PATH", other.toString()), "status");

        assertThat(StartScript.read(process))
                .startsWith("fern: there is no Java 25 in JAVA_HOME, PATH or /usr/lib/jvm\n");
        assertThat(process.exitValue()).isEqualTo(1);
    }

    @Test
    void a_command_gets_its_arguments_as_they_are() throws Exception {
        install("target/fern/lib");

        assertThat(StartScript.read(script.start(Map.of("FERN_JAVA_OPTS", "-Da=1 -Db=2"), "a b*")))
                .startsWith("a b*\n[-XX:+UseSerialGC,")
                .contains("-Da=1, -Db=2]")
                .doesNotContain("-Xss512k");
    }

    @Test
    void the_daemon_gets_little_memory_and_the_signals() throws Exception {
        install("lib");
        var process = script.start(Map.of("FERN_HEAP", "77m"), "run", "--config");
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
