package dev.fern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
    private final ImagePublisher publisher;

    /// Starts broker, registry and cloud.
    public Stage(String... brokerConfig) throws IOException, InterruptedException {
        broker = Mosquitto.start(sandbox, brokerConfig);
        registry = DockerRegistry.start(sandbox);
        cloud = new CloudServer(sandbox.folder("cloud"));
        publisher = new ImagePublisher(registry.address(), sandbox.folder("jib"));
    }

    /// The folder of a sample.
    public static Path sample(String name) {
        return Path.of(System.getProperty("fern.home", "."), "functions", name);
    }

    /// Deploys a function folder that is built: image to the registry, definition to the cloud.
    ///
    /// @return the function's id
    public String deploy(Path folder) throws IOException, InterruptedException {
        var func = FuncYaml.read(folder);
        var image = publisher.publish(folder, func);
        try (var client = new FnClient(cloud.url())) {
            return client.deploy(APP, func, image);
        }
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
