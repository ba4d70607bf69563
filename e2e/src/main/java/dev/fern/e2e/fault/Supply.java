package dev.fern.e2e.fault;

import dev.fern.e2e.CloudServer;
import dev.fern.e2e.DockerRegistry;
import dev.fern.e2e.FnClient;
import dev.fern.e2e.FuncYaml;
import dev.fern.e2e.Sandbox;
import dev.fern.e2e.Stage;
import dev.fern.publish.PublishException;
import dev.fern.publish.Publisher;
import dev.fern.publish.Steps;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An Fn server and a registry, which the function comes from, each with a [Meddler] before it. The server is asked
/// every
/// second.
final class Supply implements Extra {
    private final Slow slow;
    private @Nullable Place place;
    private volatile @Nullable String fnId;

    /// @param cloud before the Fn server
    /// @param images before the registry
    private record Place(
            Path functions,
            CloudServer server,
            DockerRegistry registry,
            FnClient client,
            Meddler cloud,
            Meddler images) {}

    Supply(Slow slow) {
        this.slow = slow;
    }

    @Override
    public Map<String, String> prepare(Sandbox sandbox, Path functions) throws IOException, InterruptedException {
        var registry = DockerRegistry.start(sandbox);
        var server = new CloudServer(sandbox.folder("cloud"));
        place = new Place(
                functions,
                server,
                registry,
                new FnClient(server.url()),
                new Meddler(server.url()),
                new Meddler(URI.create("http://" + registry.address())));
        deploy(1);
        return Map.of();
    }

    private Place place() {
        if (place == null) {
            throw new IllegalStateException("not prepared");
        }
        return place;
    }

    /// Before the Fn server.
    Meddler cloud() {
        return place().cloud;
    }

    /// Before the registry.
    Meddler images() {
        return place().images;
    }

    /// Deploys that version, which [Ground#version] tells from others.
    void deploy(int version) throws IOException, InterruptedException {
        var folder = slow.write(place().functions, version);
        var file = folder.resolve("func.yaml");
        Files.writeString(file, Files.readString(file).replaceFirst("(?m)^version: .*", "version: 0.0." + version));
        try (var steps = new Steps(_ -> {})) {
            var order = Stage.order(folder, place().registry, place().server.url());
            var image = new Publisher(order, steps).push();
            fnId = place().client
                    .deploy(
                            Slow.APP,
                            FuncYaml.read(folder),
                            image.replaceFirst("[^/]+", place().images.address()));
        } catch (PublishException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// The function's id on the server.
    String fnId() {
        return String.valueOf(fnId);
    }

    /// Deletes the function there, or its app with all in it.
    void delete(boolean app) throws IOException, InterruptedException {
        if (app) {
            place().client.delete(Slow.APP);
        } else {
            place().client.delete(Slow.APP, Slow.NAME);
        }
    }

    @Override
    public String source() {
        return """
                cloud: {url: "http://%s", apps: [%s], every: 1s}
                registry: {insecure: ["%s"]}
                """.formatted(cloud().address(), Slow.APP, images().address());
    }

    @Override
    public void close() {
        if (place != null) {
            place.cloud.close();
            place.images.close();
            place.client.close();
            place.server.close();
        }
    }
}
