package dev.fern.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.kit.DockerRegistry;
import dev.fern.kit.FakeTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images as umoci builds and skopeo pushes them, laid out as `fn build` does.
class RealToolsTest {
    @TempDir
    Path dir;

    @Test
    void aFunctionImageOfTheFnCliIsReducedToTheFunction() throws Exception {
        var base = new byte[3 << 20];
        new Random(1).nextBytes(base);
        writeFiles(base);
        build();

        try (var registry = DockerRegistry.start(Files.createDirectory(dir.resolve("registry")))) {
            for (var format : List.of("oci", "v2s2")) {
                var image = registry.host() + "/acme/hello:" + format;
                push(image, format);
                var images = new Images(
                        new Settings.Registry(null, Set.of(), null),
                        dir.resolve("store-" + format),
                        64 << 20,
                        "arm64",
                        new FakeTime(),
                        new Metrics());

                var bundle = images.fetch(image, null, false);
                assertThat(names(bundle)).containsExactly("function/app/link.jar", "function/app/second.jar");
                assertThat(bundle.root().resolve("function/app/second.jar")).hasContent("second");
                assertThat(bundle.digest()).isEqualTo(images.resolve(image));
                assertThat(bundle.cmd()).containsExactly("com.example.fn.Hello::handle");
                assertThat(bundle.entrypoint()).containsExactly("java");
                assertThat(bundle.env()).containsEntry("A", "b c");
                assertThat(bundle.workingDir()).isEqualTo("/function");

                var all = images.fetch(image, null, true);
                assertThat(names(all))
                        .containsExactly(
                                "function/app/link.jar", "function/app/second.jar", "function/runtime/fdk.jar");
                assertThat(all.root().resolve("function/runtime/fdk.jar")).hasBinaryContent(base);
            }
        }
    }

    private void writeFiles(byte[] base) throws IOException {
        var files = Files.createDirectories(dir.resolve("files"));
        Files.write(files.resolve("fdk.jar"), base);
        Files.writeString(files.resolve("hello.jar"), "first");
        var function = Files.createDirectories(dir.resolve("function"));
        Files.createDirectories(function.resolve("runtime"));
        Files.write(function.resolve("runtime/fdk.jar"), base);
        Files.createDirectories(function.resolve("app"));
        Files.writeString(function.resolve("app/hello.jar"), "first");
        Files.createSymbolicLink(function.resolve("app/link.jar"), Path.of("hello.jar"));
    }

    /// A layer of the base, and layers that add, change, remove and replace the function's own file.
    private void build() throws Exception {
        run("umoci", "init", "--layout", "img");
        run("umoci", "new", "--image", "img:1");
        insert("COPY fdk.jar /function/runtime/", "files/fdk.jar", "/function/runtime/fdk.jar");
        run(
                "umoci",
                "config",
                "--image",
                "img:1",
                "--history.created_by",
                "WORKDIR /function",
                "--config.workingdir",
                "/function");
        insert("COPY target/*.jar /function/app/", "files/hello.jar", "/function/app/hello.jar");
        insert("RUN chmod -R o+r /function", "function", "/function");
        run(
                "umoci",
                "insert",
                "--image",
                "img:1",
                "--history.created_by",
                "RUN rm",
                "--whiteout",
                "/function/app/hello.jar");
        Files.writeString(dir.resolve("files/hello.jar"), "second");
        insert("COPY second", "files/hello.jar", "/function/app/second.jar");
        run(
                "umoci",
                "config",
                "--image",
                "img:1",
                "--config.cmd",
                "com.example.fn.Hello::handle",
                "--config.entrypoint",
                "java",
                "--config.env",
                "A=b c");
    }

    private void push(String image, String format) throws Exception {
        run("skopeo", "copy", "-q", "--format", format, "--dest-tls-verify=false", "oci:img:1", "docker://" + image);
    }

    private void insert(String createdBy, String from, String to) throws Exception {
        run("umoci", "insert", "--image", "img:1", "--history.created_by", createdBy, from, to);
    }

    private static List<String> names(Bundle bundle) throws IOException {
        var names = new ArrayList<String>();
        try (var files = Files.walk(bundle.root())) {
            files.filter(file -> !Files.isDirectory(file))
                    .sorted()
                    .forEach(file -> names.add(bundle.root().relativize(file).toString()));
        }
        return names;
    }

    private void run(String... command) throws IOException, InterruptedException {
        var output = dir.resolve("output");
        var process = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as(List.of(command).toString())
                    .isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", List.of(command), Files.readString(output))
                    .isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
