package dev.fern.e2e;

import dev.fern.publish.Order;
import dev.fern.publish.PublishException;
import dev.fern.publish.Publisher;
import dev.fern.publish.Steps;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Everything around a device, for real and on this machine: a broker, a registry, an Fn server with
/// functions deployed to it as images, and the daemon itself. Free loopback ports, a throw-away folder;
/// [#close] leaves nothing behind.
public final class Stage implements AutoCloseable {
    /// The app that the samples are deployed to.
    public static final String APP = "greenhouse";

    private final Sandbox sandbox = new Sandbox();
    private final Mosquitto broker;
    private final DockerRegistry registry;
    private final CloudServer cloud;

    /// Starts broker, registry and cloud.
    public Stage(String... brokerConfig) throws IOException, InterruptedException {
        broker = Mosquitto.start(sandbox, brokerConfig);
        registry = DockerRegistry.start(sandbox);
        cloud = new CloudServer(sandbox.folder("cloud"));
    }

    /// The folder of a sample.
    public static Path sample(String name) {
        return Path.of(System.getProperty("fern.home", "."), "functions", name);
    }

    /// Deploys a function folder that is built, as `fern deploy --edge-only` does: image to the registry, definition to
    /// the
    /// cloud.
    ///
    /// @return the function's id
    public String deploy(Path folder) throws IOException, InterruptedException {
        return deploy(order(folder, registry, cloud.url()));
    }

    /// The same to another Fn server.
    public String deploy(Path folder, String app, URI server) throws IOException, InterruptedException {
        return deploy(order(folder, app, registry, server));
    }

    private static String deploy(Order order) throws IOException, InterruptedException {
        try (var steps = new Steps(_ -> {})) {
            return new Publisher(order, steps).publish().id();
        } catch (PublishException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// How a built folder is published, its version as it is.
    public static Order order(Path folder, DockerRegistry registry, URI cloud) {
        return order(folder, APP, registry, cloud);
    }

    private static Order order(Path folder, String app, DockerRegistry registry, URI cloud) {
        return new Order(
                folder.resolve("func.yaml"), app, registry.address(), cloud, null, null, Set.of(), false, false, true);
    }

    /// Starts the daemon on a simulated board and waits until it is ready and listens at the broker.
    ///
    /// @param more lines of fern.yaml
    public FernProcess startFern(String... more) throws IOException, InterruptedException {
        return FernProcess.start(sandbox, """
                cloud: {url: "%s", apps: [%s], every: 2s}
                registry: {insecure: ["%s"]}
                mqtt: {url: "%s"}
                pins: {fan: {line: 27, initial: low}}
                %s
                """.formatted(
                                cloud.url(), APP, registry.address(), broker.url(), String.join("\n", more)))
                .awaitListening();
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    public Mosquitto broker() {
        return broker;
    }

    public DockerRegistry registry() {
        return registry;
    }

    public CloudServer cloud() {
        return cloud;
    }

    /// The samples in Java, in the order of the scene: those that Maven builds.
    public static List<String> samples() throws IOException {
        try (var folders = Files.list(Path.of(System.getProperty("fern.home", "."), "functions"))) {
            return folders.filter(folder ->
                            Files.exists(folder.resolve("func.yaml")) && Files.exists(folder.resolve("pom.xml")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() {
        cloud.close();
        sandbox.close();
    }
}
