package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.NodeBundle;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Code that is no function is refused at once, with the place and what to do.
class LoadProblemsTest {
    @TempDir
    Path folder;

    private Stage stage;

    @BeforeEach
    void open() {
        stage = new Stage(folder);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void codeThatDoesNotParseIsNamedWithItsLine() {
        var problem = stage.refusal("const a = 1\nlet b = ;\n");

        assertThat(problem.why())
                .isEqualTo("/function/func.js:2 does not parse: SyntaxError: Expected an operand but found ;");
        assertThat(problem.whatToDo()).isEqualTo("correct that line and deploy it again");
        var bundle = NodeBundle.in(stage.folder())
                .file("func.js", "require('./lib')")
                .file("lib.js", "\n\nif (")
                .bundle();
        assertThat(stage.refusal(bundle).why()).startsWith("/function/lib.js:");
        var json = NodeBundle.in(stage.folder())
                .file("func.js", "require('./data.json')")
                .file("data.json", "{\"a\":}")
                .bundle();
        assertThat(stage.refusal(json).why())
                .startsWith("/function/func.js cannot be loaded: SyntaxError: /function/data.json: ");
    }

    @Test
    void aScriptThatThrowsIsNamedWithTheLine() {
        var problem = stage.refusal("\nfunction f () { throw new TypeError('boom') }\nf()");

        assertThat(problem.why())
                .isEqualTo("/function/func.js cannot be loaded: TypeError: boom (/function/func.js:2)");
        assertThat(stage.refusal("throw 'text'").why())
                .isEqualTo("/function/func.js cannot be loaded: text (/function/func.js:1)");
        assertThat(stage.refusal("setTimeout(() => { throw new Error('later') }, 1)")
                        .why())
                .startsWith("/function/func.js cannot be loaded: Error: later");
        assertThat(stage.refusal("Promise.reject(new Error('lost'))").why())
                .startsWith("/function/func.js cannot be loaded: Error: lost");
    }

    @Test
    void aScriptWithoutAHandlerSaysHowToGetOne() {
        var problem = stage.refusal("module.exports = () => 1");

        assertThat(problem.why()).isEqualTo("/function/func.js never calls fdk.handle, so it has no handler");
        assertThat(problem.whatToDo()).contains("fdk.handle(function (input, context)");
        assertThat(stage.refusal(Stage.HEAD + "fdk.handle('hello')").why())
                .contains("fdk.handle was given a string, not a function");
        assertThat(stage.refusal(Stage.HEAD + "fdk.handle(() => 1, { inputMode: 'xml' })")
                        .why())
                .contains("Unknown input mode \"xml\"");
        assertThat(stage.refusal(Stage.HEAD + "fdk.handle(() => 1); fdk.handle(() => 2)")
                        .why())
                .contains("fdk.handle was called twice");
    }

    @Test
    void aHandlerMayComeLater() throws Exception {
        try (var function =
                stage.function(Stage.HEAD + "setTimeout(async () => { await null; fdk.handle(() => 'late') }, 20)")) {
            assertThat(function.answer("")).isEqualTo("\"late\"");
        }
    }

    @Test
    void anEndlessScriptIsStopped() {
        var problem = stage.refusal("for (;;) ;");

        assertThat(problem.why()).isEqualTo("the code of /function/func.js did not finish in 5 s when it was loaded");
        assertThat(problem.whatToDo()).contains("outside of its handler");
    }

    @Test
    void aScriptThatWaitsForEverIsStopped() {
        assertThat(stage.refusal("setInterval(() => {}, 10)").why())
                .isEqualTo("the code of /function/func.js did not finish in 5 s when it was loaded");
    }

    @Test
    void nothingIsLeftOfAScriptThatWasStopped() throws Exception {
        stage.refusal("for (;;) ;");

        Await.until(
                "its threads end",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("fern-js-")));
    }

    @Test
    void aScriptThatTakesAllMemoryIsStopped() {
        var problem = stage.refusal("const all = []; for (;;) all.push('x'.repeat(1e5).split(''))");

        assertThat(problem.why())
                .isEqualTo("the code of /function/func.js used more memory than there is when it was loaded");
    }

    @Test
    void aModuleThatIsMissingIsNamed() {
        var problem = stage.refusal("require('left-pad')");

        assertThat(problem.why())
                .isEqualTo("/function/func.js cannot be loaded: "
                        + "Error: Cannot find module 'left-pad', required by /function/func.js");
        assertThat(problem.whatToDo()).contains("npm install");
        var gone = stage.refusal(NodeBundle.in(stage.folder()).bundle());
        assertThat(gone.why()).contains("Cannot find module '/function/func.js', required by the image");
    }

    @Test
    void aModuleOfNodeThatIsNotHereIsNamedWithTheWayOut() {
        for (var name : new String[] {"fs", "node:http", "child_process", "crypto", "node:nonsense"}) {
            var problem = stage.refusal("require('" + name + "')");

            assertThat(problem.why()).contains("module " + name.replace("node:", "") + " is not there");
            assertThat(problem.whatToDo()).contains("fern/isolation: process");
        }
    }

    @Test
    void anEsModuleIsRefusedWithTheWayOut() {
        var byPackage = NodeBundle.in(stage.folder())
                .file("func.js", "export default 1")
                .file("package.json", "{\"type\":\"module\"}")
                .bundle();
        var problem = stage.refusal(byPackage);
        assertThat(problem.why()).contains("/function/func.js is an ES module");
        assertThat(problem.whatToDo()).contains("CommonJS", "fern/isolation: process");

        var bySyntax = stage.refusal("\nimport fdk from '@fnproject/fdk'\n");
        assertThat(bySyntax.why()).isEqualTo("/function/func.js:2 is written as an ES module");
    }

    @Test
    void aScriptThatExitsIsRefused() {
        assertThat(stage.refusal("process.exit(2)").why())
                .isEqualTo("/function/func.js called process.exit(2) when it was loaded");
        assertThat(stage.refusal(Stage.HEAD + "try { process.exit() } catch {}; fdk.handle(() => 1)")
                        .why())
                .isEqualTo("/function/func.js called process.exit() when it was loaded");
    }

    @Test
    void filesOutsideOfTheImageAreNotThere() throws Exception {
        var outside = Files.writeString(folder.resolve("secret.js"), "module.exports = 'secret'");
        var bundle =
                NodeBundle.in(stage.folder()).file("func.js", Stage.HEAD + """
                fdk.handle((input) => { try { return require(input) } catch (e) { return e.code } })
                """).bundle();
        Files.createSymbolicLink(bundle.root().resolve("function/link.js"), outside);
        Files.createSymbolicLink(bundle.root().resolve("function/up"), folder);
        try (var function = stage.function(bundle)) {
            for (var path : new String[] {
                "../../secret.js",
                "../../../../../../" + outside,
                outside.toString(),
                "./link.js",
                "./up/secret",
                "a\\u0000b"
            }) {
                assertThat(function.answer("\"" + path + "\"")).isEqualTo("\"MODULE_NOT_FOUND\"");
            }
        }
    }

    @Test
    void anIsolateIsRefusedWhereThereIsNone() {
        var problem = stage.refusal(
                Stage.fn(Fn.Isolation.ISOLATE, 64, Duration.ofSeconds(5)),
                NodeBundle.of(stage.folder(), Stage.HEAD + "fdk.handle(() => 1)"));

        assertThat(problem.why()).contains("fern/isolation: isolate");
        assertThat(problem.whatToDo()).isEqualTo("use fern/isolation: context, or process");
    }

    /// In a class loader that has Fern's classes and not those of GraalJS.
    @Test
    void withoutTheOptionalJarsItSaysWhatToInstall() throws Exception {
        var urls = Arrays.stream(System.getProperty("java.class.path").split(":"))
                .filter(entry -> !entry.contains("graalvm") && !entry.contains("lib/javascript"))
                .map(LoadProblemsTest::url)
                .toArray(URL[]::new);
        try (var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            var probe = loader.loadClass(Bare.class.getName()).getDeclaredConstructor();
            probe.setAccessible(true);

            assertThat(probe.newInstance().toString())
                    .isEqualTo(
                            "the part of Fern that runs JavaScript is not installed; run: apt install fern-javascript");
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    /// Runs there.
    static final class Bare {
        @Override
        public String toString() {
            var bundle = new Bundle(
                    "sha256:0", Path.of("/nowhere"), List.of("node", "func.js"), List.of(), Map.of(), "/function");
            try (var runtime = new JavaScriptRuntime(1, new Metrics())) {
                runtime.load(Examples.fn("a/f"), bundle);
                return "loaded";
            } catch (InvalidDefinitionException e) {
                return e.problem().toString();
            }
        }
    }
}
