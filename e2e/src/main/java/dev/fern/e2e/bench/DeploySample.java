package dev.fern.e2e.bench;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import dev.fern.e2e.Programs;
import dev.fern.e2e.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/// A sample of this repository that is deployed again and again, each time with another answer.
///
/// @param title for people
/// @param name the function's, and its http trigger's path
/// @param body what it is called with
/// @param base its base image without registry; what that is made of here is in [#pushBase]
/// @param library how a jar of a device's `lib` begins that is part of it, or empty
record DeploySample(String title, String name, String body, String base, String library) {
    private static final String JRE = "fnproject/fn-java-fdk:jre21-1.0.212";
    /// As small as a Java function is.
    static final DeploySample JAVA = new DeploySample("Java, one class", "hello", "", JRE, "");
    /// With a library of some hundred classes in a jar beside it.
    static final DeploySample LIBRARY =
            new DeploySample("Java, with a library", "hello-library", "", JRE, "commons-lang3-");
    /// With a Jackson of its own, which the FDK then uses for it.
    static final DeploySample JACKSON =
            new DeploySample("Java, with its own Jackson", "hello-jackson", "", JRE, "fdk/jackson-databind-");
    /// With Fn's FDK in node_modules, as `npm install` leaves it.
    static final DeploySample SCRIPT = new DeploySample(
            "JavaScript, with the FDK", "dew-point", "{\"celsius\":20,\"humidity\":50}", "fnproject/node:24", "");

    boolean isScript() {
        return equals(SCRIPT);
    }

    /// What only that version answers with.
    String mark(int version) {
        return "version " + version + " ";
    }

    /// Writes it, built.
    Path write(Path parent, int version, String registry) throws IOException {
        var folder = parent.resolve(name);
        if (isScript()) {
            script(folder, version);
        } else {
            java(parent, version);
        }
        var sample = Stage.sample(isScript() ? "dew-point" : "hello");
        var func = Files.readString(sample.resolve("func.yaml"))
                .replaceFirst("(?m)^name: .*", "name: " + name)
                .replaceFirst("(?m)^version: .*", "version: 0.0." + version)
                .replaceFirst("(?m)^run_image: .*", "run_image: " + registry + "/" + base)
                .replaceFirst("(?s)\n(annotations|triggers):.*", "\n");
        Files.writeString(
                folder.resolve("func.yaml"), func + "triggers:\n  - {name: ask, type: http, source: /" + name + "}\n");
        return folder;
    }

    private void java(Path parent, int version) throws IOException {
        var source = Files.readString(Stage.sample("hello").resolve("src/main/java/com/example/fn/Hello.java"))
                .replace("\"Hello, \"", "\"" + mark(version) + "Hello, \"");
        var folder = Functions.write(parent, "hello", source, List.of());
        if (library.isEmpty()) {
            return;
        }
        var target = Files.createDirectories(parent.resolve(name).resolve("target"));
        copyOver(folder.resolve("target/hello.jar"), target);
        var place = Functions.dist(library);
        try (var jars = Files.newDirectoryStream(place.getParent(), place.getFileName() + "*.jar")) {
            for (var jar : jars) {
                copyOver(jar, target);
            }
        }
    }

    private static void copyOver(Path file, Path folder) throws IOException {
        Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    private void script(Path folder, int version) throws IOException {
        var sample = Stage.sample("dew-point");
        Files.createDirectories(folder);
        for (var file : List.of("dew-point.js", "package.json")) {
            copyOver(sample.resolve(file), folder);
        }
        Files.writeString(
                folder.resolve("func.js"),
                Files.readString(sample.resolve("func.js"))
                        .replace("({ celsius", "({ at: '" + mark(version) + "', celsius"));
        var packages = folder.resolve("node_modules");
        if (!Files.exists(packages)) {
            copy(Path.of(System.getProperty("fern.home", "."), "target/npm/node_modules"), packages);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var relative = from.relativize(file).toString();
                if (!("/" + relative).contains("/.")) {
                    Files.copy(file, to.resolve(relative));
                }
            }
        }
    }

    /// Makes its base image of what this machine has of it: Java's virtual machine and modules with the FDK, or node.
    void pushBase(String registry, Path scratch) throws IOException, InterruptedException {
        try {
            var image = (isScript() ? node() : jre()).setUser("fn");
            image.containerize(Containerizer.to(RegistryImage.named(registry + "/" + base))
                    .setAllowInsecureRegistries(true)
                    .setBaseImageLayersCache(scratch)
                    .setApplicationLayersCache(scratch));
        } catch (InterruptedException | IOException e) {
            throw e;
        } catch (Exception e) { // Jib's are of many kinds
            throw new IOException("the base image " + base + " cannot be made", e);
        }
    }

    private static JibContainerBuilder node() throws IOException {
        var program = Path.of(Programs.find("node")).toRealPath();
        return Jib.fromScratch()
                .addLayer(List.of(program), AbsoluteUnixPath.get("/usr/local/bin"))
                .setEntrypoint("node", "func.js");
    }

    private static JibContainerBuilder jre() throws IOException {
        var java = Path.of(System.getProperty("java.home"));
        try (var jars = Files.list(Functions.dist("fdk"))) {
            return Jib.fromScratch()
                    .addLayer(
                            List.of(java.resolve("lib/modules"), java.resolve("lib/server/libjvm.so")),
                            AbsoluteUnixPath.get("/usr/java/lib"))
                    .addLayer(jars.filter(Files::isRegularFile).toList(), AbsoluteUnixPath.get("/function/runtime"))
                    .setEntrypoint("java", "-cp", "/function/app/*", "EntryPoint")
                    .setEnvironment(Map.of("JAVA_HOME", "/usr/java"));
        }
    }
}
