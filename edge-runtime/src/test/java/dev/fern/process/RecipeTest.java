package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Bundle;
import dev.fern.Fn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images as the fn CLI makes them, with the language of the device.
class RecipeTest {
    @TempDir
    Path folder;

    private Booth booth;

    @BeforeEach
    void open() {
        booth = new Booth(folder);
    }

    @AfterEach
    void close() {
        booth.close();
    }

    private Order order(Fn fn, Bundle bundle) throws Exception {
        return Recipe.order(fn, bundle, new JavaHome(Booth.FDK, folder));
    }

    private Order order(Bundle bundle) throws Exception {
        return order(Booth.fn(), bundle);
    }

    @Test
    void anImageOfThePythonFdkRunsByTheDevicesPython() throws Exception {
        // what pip --target writes for the FDK's command; the module behind it is a stand-in
        var bundle = booth.bundle(
                List.of("/python/bin/fdk", "/function/func.py", "handler"),
                List.of(),
                Map.of("PYTHONPATH", "/function:/python"),
                "python/bin/fdk",
                "#!/usr/local/bin/python3.12\nimport runpy, sys\nimport standin\nstandin.main(sys.argv[1])\n",
                "python/standin.py",
                "import runpy\ndef main(path): runpy.run_path(path, run_name='__main__')\n",
                "function/func.py",
                Booth.resource("func.py"));

        assertThat(order(bundle).command().subList(1, 4))
                .containsExactly("/python/bin/fdk", "/function/func.py", "handler");
        assertThat(order(bundle).command().getFirst()).matches("/usr/.*python3[.0-9]*");
        try (var running = booth.start(Booth.fn(), bundle)) {
            assertThat(running.answer("import sys\nanswer = sys.path")).contains("'/python'");
        }
    }

    @Test
    void nodeIsToldItsMemory() throws Exception {
        var bundle = booth.bundle(List.of("node", "func.js"), List.of(), Map.of(), "function/func.js", "");

        assertThat(order(bundle).command().subList(1, 3)).containsExactly("--max-old-space-size=96", "func.js");
        assertThat(order(bundle).workingDir()).isEqualTo("/function");
    }

    @Test
    void theFdkOfJavaIsTheDevicesWithTheHandlerOfTheImage() throws Exception {
        for (var entrypoint :
                List.of(List.<String>of(), List.of("java", "-cp", "x", "com.fnproject.fn.runtime.EntryPoint"))) {
            var bundle =
                    booth.bundle(entrypoint, List.of("com.example.Fn::handle"), Map.of(), "function/app/fn.jar", "");
            assertThat(order(bundle).command())
                    .startsWith(System.getProperty("java.home") + "/bin/java")
                    .endsWith("com.fnproject.fn.runtime.EntryPoint", "com.example.Fn::handle");
        }
    }

    @Test
    void aProgramOfItsOwnRunsAsItIs() throws Exception {
        var bundle = booth.bundle(List.of("./func", "x"), List.of("y"), Map.of(), "function/func", "");
        Files.copy(Path.of("/bin/true"), bundle.root().resolve("function/func"), StandardCopyOption.REPLACE_EXISTING);

        assertThat(order(bundle).command()).containsExactly("/function/func", "x", "y");
    }

    @Test
    void withAllLayersTheImageIsTheWholeRootAndNothingOfTheDeviceIsInIt() throws Exception {
        var bundle = wholeImage();
        var fn = Booth.fn(Map.of(), 128, Duration.ofSeconds(30), Duration.ofSeconds(30), true);

        assertThat(order(fn, bundle).command().getFirst()).isEqualTo("/usr/bin/python3");
        try (var running = booth.start(fn, bundle)) {
            var seen = running.answer(
                    "import os\nanswer = sorted(os.listdir('/')), sorted(os.listdir('/usr')), sorted(os.listdir('/usr/bin')), os.getuid() != 0");
            assertThat(seen)
                    .startsWith("(['.fern', 'dev', 'etc', 'function', 'lib")
                    .contains("['bin', 'lib", "['python3']", "True")
                    .doesNotContain("'home'", "'root'", "'var'");
            assertThat(running.answer("answer = open('/etc/os-release').read()"))
                    .isEqualTo("ID=tiny\n");
            assertThat(running.answer("import os\nanswer = sorted(os.listdir('/etc'))"))
                    .contains("'os-release'", "'passwd'", "'hosts'");
        }
    }

    @Test
    void withAllLayersWhatIsNotInTheImageIsInvalid() {
        var bundle = booth.bundle(List.of("node", "func.js"), List.of(), Map.of(), "function/func.js", "");
        var fn = Booth.fn(Map.of(), 128, Duration.ofSeconds(30), Duration.ofSeconds(30), true);

        assertThatThrownBy(() -> order(fn, bundle))
                .hasMessageStartingWith("node, which greenhouse/demo starts with, is not in the image");
    }

    /// A root file system with python and nothing else.
    private Bundle wholeImage() throws Exception {
        var python = Path.of("/usr/bin/python3").toRealPath();
        var bundle = booth.bundle(
                List.of("python3", "func.py"),
                List.of(),
                Map.of(),
                "function/func.py",
                Booth.resource("func.py"),
                "etc/os-release",
                "ID=tiny\n",
                "var.txt",
                "");
        var root = bundle.root();
        Files.delete(root.resolve("var.txt"));
        copy(python, root.resolve("usr/bin/python3"));
        var listed = new ProcessBuilder("ldd", python.toString()).start();
        var libraries = new String(listed.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        for (var word : libraries.split("\\s+")) {
            if (word.startsWith("/")) {
                copy(Path.of(word), root.resolve(word.substring(1)));
            }
        }
        var modules = Path.of("/usr/lib", python.getFileName().toString());
        try (var files = Files.walk(modules)) {
            for (var file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("__pycache__"))
                    .toList()) {
                copy(file, root.resolve(file.toString().substring(1)));
            }
        }
        return bundle;
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
    }
}
