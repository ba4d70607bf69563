package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The demo as a process of its own, as `./dev demo` runs it. Its temporary folder is the test's, so that all it leaves
/// behind is seen.
class DemoTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final Path HOME = Path.of(System.getProperty("fern.home")).toAbsolutePath();

    private final Sandbox sandbox = new Sandbox();

    @TempDir
    private Path temporary;

    DemoTest() throws IOException {}

    @AfterEach
    void close() {
        sandbox.close();
    }

    private Child demo(Path home, String... arguments) throws IOException {
        // a process group of its own, as a terminal makes one, and Ctrl-C works though this may run with `&`
        var command = new ArrayList<>(List.of("setsid", "env", "--default-signal=INT,TERM"));
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-Dfern.home=" + home));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Demo.class.getName()));
        command.addAll(List.of(arguments));
        return sandbox.start(command, Map.of());
    }

    @Test
    void theSceneIsPlayedOnceAndLeavesNothingBehind() throws Exception {
        var output = demo(HOME, "--once").awaitSuccess(LONG);

        assertThat(output).endsWith("All 6 results came.").contains(Scene.HEADING);
        var readme = Markdown.read(HOME.resolve("README.md")).blocks("See it").getFirst();
        assertThat(parts(output))
                .hasSize(4 + 6)
                .isEqualTo(parts(readme.text().lines().toList()));
        assertNothingIsLeft();
    }

    /// The events with their functions, and the results, of a scene. Which result is first, how long it took
    /// and what is first in its JSON differs.
    private static List<String> parts(List<String> lines) {
        var parts = new ArrayList<String>();
        for (var line : lines.subList(lines.indexOf(Scene.HEADING) + 1, lines.size())) {
            var halves = line.split(" +\\d+\\.\\d ms  ");
            if (halves.length == 2) {
                parts.add(halves[0].strip());
                parts.add(halves[1].replaceFirst("\\{.*", "{"));
            }
        }
        parts.removeIf(String::isEmpty);
        parts.sort(null);
        return parts;
    }

    @Test
    void aResultThatDoesNotComeIsNamedAndTheExitCodeIs1() throws Exception {
        var home = otherHome();
        var definition = home.resolve("functions/too-hot/func.yaml");
        Files.writeString(definition, Files.readString(definition).replace("LIMIT: \"30\"", "LIMIT: \"99\""));

        var demo = demo(home, "--once");

        assertThatThrownBy(() -> demo.awaitSuccess(LONG)).hasMessageContaining("exit code 1");
        assertThat(demo.output().getLast())
                .isEqualTo(
                        "Missing: an alert on alerts/bay1/heat within 10 s of mqtt greenhouse/bay1/temperature 31.5; "
                                + "gpio 27 going high within 10 s of mqtt greenhouse/bay1/temperature 31.5.");
        assertNothingIsLeft();
    }

    /// A checkout with the same program and copies of the samples.
    private Path otherHome() throws IOException {
        var home = sandbox.folder("home");
        Files.createSymbolicLink(home.resolve("fern"), HOME.resolve("fern"));
        for (var sample : Stage.samples()) {
            var copy = sandbox.folder("home/functions/" + sample);
            var target = sandbox.folder("home/functions/" + sample + "/target");
            for (var file : List.of("func.yaml", "pom.xml")) {
                Files.copy(Stage.sample(sample).resolve(file), copy.resolve(file));
            }
            try (var jars = Files.newDirectoryStream(Stage.sample(sample).resolve("target"), "*.jar")) {
                for (var jar : jars) {
                    Files.copy(jar, target.resolve(jar.getFileName()));
                }
            }
        }
        return home;
    }

    /// Ctrl-C sends SIGINT to the demo and all it has started, at once.
    @ParameterizedTest
    @CsvSource({"Starting a broker, 0", "What runs on this machine, 3", "Hello, 3"})
    void ctrlCLeavesNothingBehindWhateverIsUnderWay(String line, int started) throws Exception {
        var demo = demo(HOME);
        demo.awaitLine(line, LONG);
        var family = ProcessHandle.of(demo.pid()).orElseThrow().descendants().toList();
        assertThat(family).hasSizeGreaterThanOrEqualTo(started);

        sandbox.start(List.of("kill", "-INT", "--", "-" + demo.pid()), Map.of()).awaitSuccess(LONG);

        assertThatThrownBy(() -> demo.awaitSuccess(LONG)).hasMessageContaining("exit code 130");
        for (var child : family) {
            child.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
        assertThat(demo.output())
                .as("no last words")
                .noneMatch(last -> last.matches("(?s).*(broke off|Missing|Exception).*"));
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() throws IOException {
        assertThat(temporary).isEmptyDirectory();
        // each of them has a file of the demo's folder in its command
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(command -> command.contains(temporary + "/")))
                .isEmpty();
    }
}
