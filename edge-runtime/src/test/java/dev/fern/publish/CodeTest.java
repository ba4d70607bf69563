package dev.fern.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against what the fn CLI's Dockerfiles do (fn/cli, langs/).
class CodeTest {
    private static final byte[] ARM_PROGRAM = new byte[64];

    static {
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F'}, 0, ARM_PROGRAM, 0, 4);
        ARM_PROGRAM[18] = (byte) 183;
    }

    @TempDir
    private Path folder;

    private void file(String name) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), name);
    }

    private Code code(String lines) throws IOException, PublishException {
        var func = Files.writeString(folder.resolve("func.yaml"), "name: f\nversion: 0.0.1\n" + lines);
        var read = Func.read(func);
        return Code.of(read.folder(), Code.kind(read.folder(), read.text("runtime")), read.definition());
    }

    private static Map<String, List<String>> layers(Code code) {
        return code.layers().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, layer -> List.copyOf(layer.getValue().keySet())));
    }

    @Test
    void aJavaFunctionIsItsJars() throws Exception {
        file("target/f.jar");
        file("target/org.example.lib-1.jar");
        file("target/classes/F.class");

        var code = code("runtime: java17\ncmd: com.example.F::handle\n");

        assertThat(layers(code))
                .isEqualTo(Map.of(
                        "COPY target/*.jar /function/app/",
                        List.of("function/app/f.jar", "function/app/org.example.lib-1.jar")));
        assertThat(code.entrypoint()).isEmpty();
        assertThat(code.layout().cmd()).containsExactly("com.example.F::handle");
    }

    @Test
    void aJavaScriptFunctionIsItsFolderWithItsPackagesInALayerOfTheirOwn() throws Exception {
        file("func.js");
        file("package.json");
        file("node_modules/a/index.js");

        var code = code("runtime: node\n");

        assertThat(layers(code))
                .isEqualTo(Map.of(
                        "ADD . /function/",
                        List.of("function/func.js", "function/func.yaml", "function/package.json"),
                        "COPY node_modules/ /function/node_modules/",
                        List.of("function/node_modules/a/index.js")));
        assertThat(code.entrypoint()).containsExactly("node", "func.js");
    }

    @Test
    void aPythonFunctionHasItsPackagesInPythonAndTheVariableThatTellsSo() throws Exception {
        file("func.py");
        file("python/bin/fdk");

        var code = code("runtime: python3.11\n");

        assertThat(layers(code))
                .isEqualTo(Map.of(
                        "COPY /function /function",
                        List.of("function/func.py", "function/func.yaml"),
                        "COPY /python /python",
                        List.of("python/bin/fdk")));
        assertThat(code.entrypoint()).containsExactly("/python/bin/fdk", "/function/func.py", "handler");
        assertThat(code.layout().env()).containsEntry("PYTHONPATH", "/function:/python");
    }

    @Test
    void aGoFunctionIsItsProgramAloneForItsArchitecture() throws Exception {
        file("func.go");
        Files.write(folder.resolve("func"), ARM_PROGRAM);

        var code = code("runtime: go\n");

        assertThat(layers(code)).isEqualTo(Map.of("COPY func /function/", List.of("function/func")));
        assertThat(code.architecture("amd64")).isEqualTo("arm64");
    }

    @Test
    void webAssemblyIsTakenAsItIsWhateverTheRuntimeIs() throws Exception {
        file("func.wasm");
        file("Dockerfile");

        assertThat(layers(code("runtime: docker\n")))
                .isEqualTo(Map.of("COPY . /function/", List.of("function/func.wasm")));
        assertThat(Base.of("wasm", "docker", "")).isNull();
    }

    @Test
    void gemsAreNotMadeUp() throws Exception {
        file("func.rb");
        file("Gemfile");

        assertThatThrownBy(() -> code("runtime: ruby\n")).hasMessageContaining("fn deploy");
    }

    @Test
    void whatIsNotBuiltIsSaid() {
        assertThatThrownBy(() -> code("runtime: java\ncmd: F::f\n")).hasMessageContaining("mvn package");
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "java,   java,       '',    fnproject/fn-java-fdk:jre21-1.0.212",
                "java,   java17,     '',    fnproject/fn-java-fdk:jre17-1.0.212",
                "java,   java8,      '',    fnproject/fn-java-fdk:1.0.212",
                "kotlin, kotlin,     '',    fnproject/fn-java-fdk:jre21-1.0.212",
                "node,   node22,     '',    fnproject/node:22",
                "python, python3.11, '',    fnproject/python:3.11",
                "python, python,     '',    fnproject/python:3.12",
                "go,     go,         '',    fnproject/go:1.24",
                "ruby,   ruby,       '',    fnproject/ruby:3.3",
                "java,   java,       r/x:1, r/x:1",
                "docker, docker,     '',    ''"
            })
    void theBaseImageIsTheOneOfTheFnCli(String kind, String runtime, String runImage, String base) {
        assertThat(Base.of(kind, runtime, runImage)).isEqualTo(base);
    }
}
