package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which AOT cache the script ./fern takes. The caches are real ones, of two classes: the program, which says how it
/// was
/// started, and the training.
class LauncherCacheTest {
    private static final String MAIN = """
            package dev.fern.daemon;
            public class Main {
                public static void main(String[] args) {
                    System.out.println(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
                }
            }
            """;
    private static final String TRAINING = """
            package dev.fern.daemon;
            public class Training {
                public static void main(String[] args) {
                    if (System.getenv("FERN_DATA") != null || System.getenv("BROKEN") != null) {
                        System.out.println("no power");
                        System.exit(1);
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    private StartScript script;
    private Path jar;
    private Path data;

    @BeforeEach
    void install() throws IOException {
        script = StartScript.in(folder);
        jar = script.install("lib", "main", Map.of("Main", MAIN, "Training", TRAINING));
        script.install("lib/javascript", "script", Map.of("Other", "package dev.fern.daemon; public class Other { }"));
        data = Files.createDirectories(folder.resolve("data"));
    }

    private String run(Map<String, String> environment, String... args) throws Exception {
        return StartScript.read(script.start(environment, args));
    }

    private String daemon(Map<String, String> environment) throws Exception {
        return run(environment, "run", "--data", data.toString());
    }

    private List<Path> caches() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("aot"))) {
            return files.filter(file -> file.toString().endsWith(".aot"))
                    .sorted()
                    .toList();
        }
    }

    private void make() throws Exception {
        assertThat(run(Map.of("FERN_DATA", "is not for the training"), "aot"))
                .contains("made the AOT cache 'base'", "made the AOT cache 'full'");
    }

    private static String use(String profile) {
        return "-XX:AOTCache=.*/aot/" + profile + "-[0-9a-f]{16}.aot";
    }

    @Test
    void without_caches_it_starts_as_ever_and_says_nothing() throws Exception {
        assertThat(daemon(Map.of())).startsWith("[-XX:+UseSerialGC").doesNotContain("AOTCache");
        assertThat(run(Map.of(), "status")).startsWith("[-XX:+UseSerialGC").doesNotContain("AOTCache");
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void commands_and_a_daemon_without_JavaScript_use_the_small_one() throws Exception {
        make();

        assertThat(run(Map.of(), "status")).startsWith("[").containsPattern(use("base"));
        assertThat(daemon(Map.of())).startsWith("[").containsPattern(use("base"));
        Files.delete(data.resolve("aot-trial"));
        assertThat(run(Map.of("FERN_DATA", data.toString()), "run")).containsPattern(use("base"));
        Files.delete(data.resolve("aot-trial"));
        assertThat(run(Map.of(), "run", "--data=" + data)).containsPattern(use("base"));
        assertThat(data.resolve("aot-trial")).exists();
    }

    @Test
    void a_daemon_that_had_JavaScript_uses_the_full_one_or_else_the_small_one() throws Exception {
        make();
        Files.writeString(data.resolve("runtimes"), "java\njavascript\n");

        assertThat(daemon(Map.of())).startsWith("[").containsPattern(use("full"));

        Files.delete(data.resolve("aot-trial"));
        Files.delete(caches().getLast());
        assertThat(daemon(Map.of())).startsWith("[").containsPattern(use("base"));
    }

    @Test
    void the_cache_of_other_jars_is_not_used_and_goes_when_a_new_one_is_made() throws Exception {
        make();
        var old = caches();
        assertThat(old).hasSize(2);

        Files.setLastModifiedTime(
                jar, FileTime.fromMillis(Files.getLastModifiedTime(jar).toMillis() - 5000));

        assertThat(daemon(Map.of())).startsWith("[").doesNotContain("AOTCache");
        assertThat(run(Map.of(), "status")).startsWith("[").doesNotContain("AOTCache");
        make();
        assertThat(caches()).hasSize(2).doesNotContainAnyElementsOf(old);
        assertThat(daemon(Map.of())).containsPattern(use("base"));
        assertThat(run(Map.of(), "aot")).as("nothing to do").isEmpty();
        assertThat(run(Map.of(), "aot", "--new")).contains("'base'", "'full'");
    }

    @Test
    void the_cache_of_another_java_is_not_used() throws Exception {
        make();
        var real = Path.of(System.getProperty("java.home"));
        var other = folder.resolve("other");
        Files.createDirectories(other.resolve("bin"));
        Files.createSymbolicLink(other.resolve("lib"), real.resolve("lib"));
        Files.writeString(other.resolve("release"), "JAVA_VERSION=\"25.9\"\n");
        var java = Files.writeString(other.resolve("bin/java"), "#!/bin/sh\nexec " + real + "/bin/java \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();

        assertThat(daemon(Map.of("JAVA_HOME", other.toString())))
                .startsWith("[")
                .doesNotContain("AOTCache");
    }

    @Test
    void a_cut_cache_stops_nothing() throws Exception {
        make();
        for (var cache : caches()) {
            try (var file = Files.newByteChannel(cache, java.nio.file.StandardOpenOption.WRITE)) {
                file.truncate(file.size() / 2);
            }
        }

        assertThat(daemon(Map.of()))
                .startsWith("[")
                .containsPattern(use("base"))
                .hasLineCount(1);
    }

    @Test
    void a_start_that_broke_off_is_followed_by_one_without_cache() throws Exception {
        make();
        assertThat(daemon(Map.of())).containsPattern(use("base")).contains("-Dfern.aot.trial=" + data);

        assertThat(daemon(Map.of()))
                .startsWith("fern: the last start did not come to its end")
                .contains("fern aot --new", "-Dfern.aot.trial=" + data)
                .doesNotContain("AOTCache");
    }

    @Test
    void other_options_about_the_same_thing_and_FERN_AOT_switch_it_off() throws Exception {
        make();

        assertThat(daemon(Map.of("FERN_AOT", "off"))).startsWith("[").doesNotContain("AOTCache");
        assertThat(daemon(Map.of("FERN_JAVA_OPTS", "-Xshare:auto")))
                .startsWith("[")
                .doesNotContain("AOTCache");
    }

    @Test
    void a_cache_that_cannot_be_made_is_said_with_the_reason() throws Exception {
        assertThat(run(Map.of("BROKEN", "1"), "aot"))
                .contains("no power", "could not make the AOT cache 'base'", "Fern runs without it");
        assertThat(caches()).isEmpty();

        Files.delete(folder.resolve("aot/lock"));
        Files.delete(folder.resolve("aot"));
        Files.writeString(folder.resolve("aot"), "in the way");
        assertThat(run(Map.of(), "aot")).startsWith("fern: cannot write to " + folder + "/aot;");
        assertThat(daemon(Map.of())).startsWith("[").doesNotContain("AOTCache");
    }
}
