package dev.fern.e2e;

import dev.fern.kit.JavaBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A function folder as `mvn package` leaves it, made by a test.
final class TestFunction {
    private TestFunction() {}

    /// @param annotations lines of YAML, `key: "value"`
    /// @param source a class of that name in no package, with a method `handle`
    static Path build(Sandbox sandbox, String name, String version, String annotations, String className, String source)
            throws IOException {
        var folder = sandbox.folder("functions/" + name + "-" + version);
        var bundle = JavaBundle.of(sandbox.folder("bundles/" + name + "-" + version), className + "::handle", source);
        Files.createDirectories(folder.resolve("target"));
        try (var jars = Files.list(bundle.root().resolve("function/app"))) {
            for (var jar : jars.toList()) {
                Files.copy(
                        jar, folder.resolve("target").resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.writeString(folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: %s
                version: %s
                runtime: java
                cmd: %s::handle
                memory: 64
                timeout: 5
                annotations:
                %s""".formatted(name, version, className, annotations.indent(2)));
        return folder;
    }
}
