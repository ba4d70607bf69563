package dev.fern.e2e;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// Publishes a built function as an OCI image, without Docker. The image is what the fn CLI adds to the
/// official images (fnproject/cli, langs/java.go, langs/node.go): for Java `target/*.jar` in
/// `/function/app` and the official entry point, for JavaScript the folder as `/function` and `node
/// func.js`. The official base is left out: a device never fetches it.
public final class ImagePublisher {
    /// That of fnproject/fn-java-fdk.
    private static final List<String> ENTRYPOINT = List.of(
            "java",
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-Xshare:on",
            "-Djava.awt.headless=true",
            "-Djava.library.path=/function/runtime/lib",
            "-cp",
            "/function/app/*:/function/runtime/*:/function/app:/function/app/resources",
            "com.fnproject.fn.runtime.EntryPoint");

    private final String registry;
    private final Path cache;

    /// @param registry `host:port`; plain HTTP is fine
    /// @param cache a folder for layers under construction
    public ImagePublisher(String registry, Path cache) {
        this.registry = registry;
        this.cache = cache;
    }

    /// Publishes what `mvn package` made of that folder, or the folder itself if it has a func.js, as
    /// `REGISTRY/NAME:VERSION`.
    ///
    /// @return the image reference, as func.yaml's name and version give it
    /// @throws IOException if the folder is not built, or the registry does not take the image
    public String publish(Path folder, FuncYaml func) throws IOException, InterruptedException {
        var image = registry + "/" + func.name() + ":" + func.version();
        // Jib's own threads would go on writing to the cache after a failure; closing these waits for them
        try (var threads = Executors.newCachedThreadPool()) {
            (Files.exists(folder.resolve("func.js")) ? javaScript(folder) : java(folder, func))
                    .setFormat(ImageFormat.OCI)
                    .setWorkingDirectory(AbsoluteUnixPath.get("/function"))
                    .containerize(Containerizer.to(RegistryImage.named(image))
                            .setAllowInsecureRegistries(true)
                            .setExecutorService(threads)
                            .setBaseImageLayersCache(cache)
                            .setApplicationLayersCache(cache));
            return image;
        } catch (InvalidImageReferenceException
                | RegistryException
                | CacheDirectoryCreationException
                | ExecutionException e) {
            throw new IOException("cannot publish " + image, e);
        }
    }

    private static JibContainerBuilder java(Path folder, FuncYaml func) throws IOException {
        return Jib.fromScratch()
                .addLayer(jars(folder), AbsoluteUnixPath.get("/function/app"))
                .setEntrypoint(ENTRYPOINT)
                .setProgramArguments(func.cmd());
    }

    private static JibContainerBuilder javaScript(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return Jib.fromScratch()
                    .addLayer(files.sorted().toList(), AbsoluteUnixPath.get("/function"))
                    .setEntrypoint("node", "func.js");
        }
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve("target"), "*.jar")) {
            var jars = new ArrayList<Path>();
            files.forEach(jars::add);
            if (jars.isEmpty()) {
                throw new IOException(folder + " has no target/*.jar; run mvn package in it first");
            }
            jars.sort(null);
            return jars;
        }
    }
}
