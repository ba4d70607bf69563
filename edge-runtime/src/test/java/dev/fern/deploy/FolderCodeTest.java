package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Bundle;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderCodeTest {
    private static final Path SAMPLES = Path.of(System.getProperty("fern.home"), "functions");

    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final LongAdder written = new LongAdder();

    private FolderCode folders() {
        return new FolderCode(folder.resolve("store"), time, written);
    }

    /// The code of a folder with these files: path, text, path, text. A path that ends in `*` is executable.
    private Path code(String... files) throws IOException {
        var code = Files.createDirectories(folder.resolve("code"));
        for (int i = 0; i < files.length; i += 2) {
            var file = code.resolve(files[i].replace("*", ""));
            Files.createDirectories(file.getParent());
            Files.writeString(file, files[i + 1]);
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(files[i].endsWith("*") ? "rwx------" : "rw-------"));
        }
        return code;
    }

    /// @param func what func.yaml holds, as JSON
    private Bundle bundle(Path code, String func) throws InvalidDefinitionException {
        return folders().bundle(fn(code), new Definition(Examples.fn("a/f").name(), "id", "{\"fn\":" + func + "}"));
    }

    private Bundle dockerfile(Path code, String text) throws Exception {
        Files.writeString(code.resolve("Dockerfile"), text);
        return bundle(code, "{\"runtime\":\"docker\"}");
    }

    private static List<String> files(Bundle bundle) throws IOException {
        try (var files = Files.walk(bundle.root())) {
            return files.filter(Files::isRegularFile)
                    .map(file -> bundle.root().relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private Fn fn(Path code) {
        var fn = Examples.fn("a/f");
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                "dir:" + code,
                fn.memoryMb(),
                fn.timeout(),
                fn.idleTimeout(),
                fn.config(),
                fn.isolation(),
                fn.concurrency(),
                fn.warm(),
                fn.allLayers(),
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }

    @Test
    void aFolderWithAFuncJsIsTheFunctionItself() throws Exception {
        var code = Files.createDirectories(folder.resolve("code"));
        Files.createDirectories(code.resolve("node_modules/one"));
        Files.writeString(code.resolve("func.js"), "first");
        Files.writeString(code.resolve("node_modules/one/index.js"), "library");
        var folders = folders();
        var definition = new Definition(Examples.fn("a/f").name(), "id", "{\"fn\":{}}");

        var first = folders.bundle(fn(code), definition);
        Files.writeString(code.resolve("func.js"), "second");
        var second = folders.bundle(fn(code), definition);

        assertThat(first.entrypoint()).isEqualTo(List.of("node", "func.js"));
        assertThat(first.root().resolve("function/func.js")).hasContent("first");
        assertThat(first.root().resolve("function/node_modules/one/index.js")).hasContent("library");
        assertThat(second.root().resolve("function/func.js")).hasContent("second");
        assertThat(second.digest()).isNotEqualTo(first.digest());
    }

    @Test
    void aWebAssemblyFileInTheFolderIsLaidOutAsInAnImage() throws Exception {
        var code = Files.createDirectory(folder.resolve("vibration"));
        Files.write(code.resolve("func.wasm"), new byte[] {1, 2});
        Files.writeString(code.resolve("func.c"), "its source stays where it is");
        var folders = folders();
        var definition = new Definition(Examples.fn("a/f").name(), "id", "{}");

        var first = folders.bundle(fn(code), definition);
        Files.write(code.resolve("func.wasm"), new byte[] {3});
        var second = folders.bundle(fn(code), definition);

        assertThat(first.digest()).startsWith("sha256:").isNotEqualTo(second.digest());
        assertThat(first.root().resolve("function/func.wasm")).hasBinaryContent(new byte[] {1, 2});
        assertThat(first.root().resolve("function/func.c")).doesNotExist();
        assertThat(second.root().resolve("function/func.wasm")).hasBinaryContent(new byte[] {3});
    }

    @Test
    void aPythonFunctionHasItsPackagesWhereTheOfficialImageHasThem() throws Exception {
        var code = code(
                "func.py",
                "handler",
                "lib/own.py",
                "own",
                "requirements.txt",
                "fdk",
                "__pycache__/func.pyc",
                "made",
                "python/bin/fdk*",
                "#!/usr/local/bin/python3.12",
                "python/fdk/__init__.py",
                "package");

        var bundle = bundle(code, "{\"runtime\":\"python\"}");

        assertThat(bundle.entrypoint()).containsExactly("/python/bin/fdk", "/function/func.py", "handler");
        assertThat(bundle.workingDir()).isEqualTo("/function");
        assertThat(files(bundle))
                .containsExactly(
                        "function/func.py",
                        "function/lib/own.py",
                        "function/requirements.txt",
                        "python/bin/fdk",
                        "python/fdk/__init__.py");
    }

    @Test
    void whatAProcessReadsIsForAllUsers() throws Exception {
        var bundle = bundle(code("func*", "program", "data/x", "x"), "{\"runtime\":\"go\"}");

        assertThat(bundle.entrypoint()).containsExactly("./func");
        var root = bundle.root();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("function/func"))))
                .isEqualTo("rwxr-xr-x");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("function/data/x"))))
                .isEqualTo("rw-r--r--");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwxr-xr-x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"runtime":"ruby"}                                 | ruby func.rb
            {"runtime":"node"}                                 | node func.js
            {"runtime":"node22","entrypoint":"node  lib/x.js"} | node lib/x.js
            {"runtime":"rust","entrypoint":"./rusty"}          | ./rusty
            {"runtime":"python3.12","entrypoint":"python3 -u func.py"} | python3 -u func.py
            {"entrypoint":"./shell"}                           | ./shell
            {"runtime":"python","entrypoint":"python3 func.py","cmd":"a b"} | python3 func.py a b
            """)
    void funcYamlSaysWhatIsStarted(String func, String command) throws Exception {
        var code = code("func.rb", "", "func.py", "");
        if (func.contains("node")) {
            code("func.js", "");
        }

        var bundle = bundle(code, func);

        var words = new ArrayList<>(bundle.entrypoint());
        words.addAll(bundle.cmd());
        assertThat(String.join(" ", words)).isEqualTo(command);
        assertThat(files(bundle)).contains("function/func.rb", "function/func.py");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"runtime":"java","cmd":"A::b"} | there is no jar in CODE/target; build the function there, for example with: mvn package
            {"cmd":"A::b"}       | there is no jar in CODE/target
            {"runtime":"python"} | the Python FDK is not in CODE/python; run there: pip3 install --target python -r requirements.txt
            {"runtime":"ruby"}   | there is no func.rb in CODE; put it there, or name another with entrypoint: in func.yaml
            {"runtime":"go"}     | there is no func in CODE; build it there: go build -o func
            {"runtime":"docker"} | there is no Dockerfile in CODE, and its func.yaml says runtime: docker; write one
            {"runtime":"rust"}   | Fern does not know what starts a function of runtime rust in CODE; write entrypoint: into its func.yaml
            {}                   | there is no code in CODE that Fern knows how to start; write runtime: into its func.yaml
            """)
    void aFolderThatIsNotBuiltSaysWhatIsMissing(String func, String problem) throws Exception {
        var code = code("func.py", "handler");

        assertThatThrownBy(() -> bundle(code, func)).hasMessageContaining(problem.replace("CODE", code.toString()));
    }

    @Test
    void theSamplesDockerfileIsReadAsItIs() throws Exception {
        var bundle = bundle(SAMPLES.resolve("dew-point-python"), "{\"runtime\":\"docker\"}");

        assertThat(bundle.entrypoint()).containsExactly("python3", "-u", "func.py");
        assertThat(bundle.workingDir()).isEqualTo("/function");
        assertThat(files(bundle)).containsExactly("function/func.py", "function/listener.py");
    }

    @Test
    void aDockerfileIsCarriedOutAsFarAsNothingIsRun() throws Exception {
        var code =
                code("one.py", "1", "two.py", "2", "lib/a/x", "x", "lib/y", "y", "tool", "t", "app", "built", "z", "");

        var bundle = dockerfile(code, """
                # syntax=docker/dockerfile:1
                ARG VERSION=3
                FROM golang:1.24 AS build
                RUN go build -o /out/app
                FROM python:${VERSION}-slim AS base
                ARG HOME_DIR=/opt
                WORKDIR $HOME_DIR/function
                ENV MODE=fast \\
                    # between
                    GREETING="good day"
                from base
                COPY *.py ./
                COPY ["lib", "lib/"]
                COPY --chown=fn:fn --chmod=755 tool /usr/bin/tool2
                COPY --from=build /out/app /opt/app
                ENV PLACE ${HOME_DIR} it is, not \\$HOME
                RUN chmod -R o+r /function && adduser fn
                USER fn
                WORKDIR function2
                ENTRYPOINT ["/opt/app", "-v"]
                CMD ["a b"]
                """);

        assertThat(files(bundle))
                .containsExactly(
                        "opt/app",
                        "opt/function/lib/a/x",
                        "opt/function/lib/y",
                        "opt/function/one.py",
                        "opt/function/two.py",
                        "usr/bin/tool2");
        assertThat(bundle.root().resolve("usr/bin/tool2")).isExecutable();
        assertThat(bundle.workingDir()).isEqualTo("/opt/function/function2");
        assertThat(bundle.entrypoint()).containsExactly("/opt/app", "-v");
        assertThat(bundle.cmd()).containsExactly("a b");
        assertThat(bundle.env())
                .containsOnly(
                        Map.entry("MODE", "fast"),
                        Map.entry("GREETING", "good day"),
                        Map.entry("PLACE", "/opt it is, not $HOME"));
    }

    @Test
    void aCommandWithoutBracketsIsForTheShellAsWithDocker() throws Exception {
        var bundle = dockerfile(code("func.py", ""), "FROM x\nCOPY . /function\nENTRYPOINT exec python3 \"$FILE\"\n");

        assertThat(bundle.entrypoint()).containsExactly("/bin/sh", "-c", "exec python3 \"$FILE\"");
        assertThat(files(bundle)).containsExactly("function/Dockerfile", "function/func.py");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FROM x~RUN chmod 1 y && pip install z | line 2 (RUN): Fern builds no images, so that nothing runs pip; do it in an earlier stage
            FROM x~~COPY --from=build /out/app /  | line 3 (COPY): Fern builds no images, and there is no file app in CODE; build it into that folder
            FROM x~COPY nothing /function/        | line 2 (COPY): there is no nothing in CODE; put it there
            FROM x~COPY *.jar /function/          | line 2 (COPY): there is no *.jar in CODE; build it there
            FROM x~COPY ../../etc /function/      | line 2 (COPY): ../../etc is outside of CODE
            FROM x~COPY one                       | line 2 (COPY): Fern cannot read it; write COPY SOURCE... DESTINATION
            FROM x~ADD https://a.example/x /      | line 2 (ADD): Fern neither downloads nor unpacks https://a.example/x
            FROM x~ADD a.tar.gz /                 | line 2 (ADD): Fern neither downloads nor unpacks a.tar.gz
            FROM x~COPY --parents a /             | line 2 (COPY): Fern does not know --parents; build the image, push it
            FROM x~FETCH a                        | line 2 (FETCH): Fern does not know this instruction
            FROM x~COPY . /function               | has neither ENTRYPOINT nor CMD; what its base image starts is not known here
            """)
    void aDockerfileThatMustBeBuiltSaysWhichLineAsksForIt(String text, String problem) throws Exception {
        var code = code("func.py", "handler");

        assertThatThrownBy(() -> dockerfile(code, text.replace("~", "\n")))
                .hasMessageContaining("Dockerfile")
                .hasMessageContaining(problem.replace("CODE", code.toString()));
    }

    @Test
    void copiesThatNobodyWantsGoAfterTenMinutes() throws Exception {
        var folders = folders();
        var definition = new Definition(Examples.fn("a/f").name(), "id", "{\"fn\":{}}");
        var old = folders.bundle(fn(code("func.js", "old")), definition);
        var now = folders.bundle(fn(code("func.js", "new")), definition);

        folders.retain(Set.of(now.digest()));
        assertThat(old.root()).exists();
        time.advance(FolderStore.UNWANTED.plusSeconds(1));
        folders.retain(Set.of(now.digest()));

        assertThat(old.root()).doesNotExist();
        assertThat(now.root()).exists();
        assertThat(folders.bundle(fn(code("func.js", "old")), definition).root())
                .isEqualTo(old.root());
        assertThat(old.root().resolve("function/func.js")).hasContent("old");
    }

    @Test
    void aCopyThatIsWantedIsNotWrittenToWhenItIsAskedForAgain() throws Exception {
        var folders = folders();
        var definition = new Definition(Examples.fn("a/f").name(), "id", "{\"fn\":{}}");
        var fn = fn(code("func.js", "code"));
        var bundle = folders.bundle(fn, definition);
        folders.retain(Set.of(bundle.digest()));
        var date = Files.getLastModifiedTime(bundle.root());
        assertThat(written.sum()).isEqualTo(4);

        time.advance(FolderStore.UNWANTED.multipliedBy(2));
        folders.bundle(fn, definition);
        folders.retain(Set.of(bundle.digest()));

        assertThat(Files.getLastModifiedTime(bundle.root())).isEqualTo(date);
        assertThat(written.sum()).isEqualTo(4);
        folders.retain(Set.of());
        assertThat(bundle.root())
                .as("a version that is being replaced reads it")
                .exists();
        time.advance(FolderStore.UNWANTED.plusSeconds(1));
        folders.retain(Set.of());
        assertThat(bundle.root()).doesNotExist();
    }
}
