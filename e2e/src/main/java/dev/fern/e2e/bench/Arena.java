package dev.fern.e2e.bench;

import dev.fern.e2e.Child;
import dev.fern.e2e.FernProcess;
import dev.fern.e2e.Mosquitto;
import dev.fern.e2e.Stage;
import dev.fern.e2e.bench.Contender.Broker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;

/// Everything that takes part: two brokers; the daemon with an echo function for each way, deployed as its
/// users do; and the rivals, each in a JVM of its own with the flags that the daemon's has.
final class Arena implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DAEMON = System.getProperty("fern.dist", "target/fern") + "/lib";

    private final Stage stage = new Stage();
    private final Mosquitto unlimited;
    private final FernProcess fern;
    private final List<Contender> contenders = new ArrayList<>();
    private final Memory empty;

    /// Starts all, with contenders at these brokers.
    Arena(List<Broker> used) throws IOException, InterruptedException {
        try {
            unlimited = Mosquitto.start(stage.sandbox(), "max_inflight_messages 0");
            try (var bare = stage.startFern()) {
                empty = Memory.of(bare.process().pid());
            }
            for (var broker : used) {
                for (var way : Way.values()) {
                    deploy(way, broker);
                }
            }
            fern = startFern();
            for (var broker : used) {
                for (var way : Way.values()) {
                    var process = way.fern ? fern.process() : rival(way, broker);
                    contenders.add(new Contender(way, broker, mosquitto(broker).port(), process.pid()));
                }
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            stage.close();
            throw e;
        }
    }

    private Mosquitto mosquitto(Broker broker) {
        return broker == Broker.STOCK ? stage.broker() : unlimited;
    }

    /// As [Stage#startFern], but looking at the cloud as seldom as it does by default.
    private FernProcess startFern() throws IOException, InterruptedException {
        return FernProcess.start(stage.sandbox(), """
                cloud: {url: "%s", apps: [%s]}
                registry: {insecure: ["%s"]}
                mqtt: {url: "%s"}
                brokers: {unlimited: {url: "%s"}}
                """.formatted(
                                stage.cloud().url(),
                                Stage.APP,
                                stage.registry().address(),
                                stage.broker().url(),
                                unlimited.url()))
                .awaitListening();
    }

    private void deploy(Way way, Broker broker) throws IOException, InterruptedException {
        if (!way.fern) {
            return;
        }
        var at = broker == Broker.STOCK ? "" : "&broker=unlimited";
        var name = way.label() + (broker == Broker.STOCK ? "" : "-unlimited");
        var in = "fern/on/in: \"mqtt:%s/in?qos=%d%s%s\"".formatted(way.topic(), way.qos, way.mode, at);
        var out = "fern/to/out: \"mqtt:%s/out?qos=%d%s\"".formatted(way.topic(), way.qos, at);
        var parent = stage.sandbox().folder("functions");
        stage.deploy(Functions.write(parent, name, Functions.ECHO, List.of(in, out)));
    }

    private Child rival(Way way, Broker broker) throws IOException, InterruptedException {
        var url = mosquitto(broker).url().toString();
        var process = java(
                Republisher.class,
                List.of(Functions.origin(MqttAsyncClient.class)),
                List.of(url, way.topic(), String.valueOf(way.qos), way.mode));
        process.awaitLine("republishing", PATIENCE);
        return process;
    }

    /// Starts the [FunctionProbe] on so many functions of each kind.
    ///
    /// @return what it wrote
    List<String> probe(int functions) throws IOException, InterruptedException {
        var folder = stage.sandbox().folder("probe");
        for (int i = 0; i < functions; i++) {
            FunctionProbe.prepare(folder, "bytes", i, Functions.ECHO);
            FunctionProbe.prepare(folder, "json", i, Functions.JSON);
        }
        var arguments = List.of(DAEMON + "/fdk", folder.toString(), String.valueOf(functions));
        return java(FunctionProbe.class, List.of(DAEMON + "/*"), arguments).awaitSuccess(PATIENCE.multipliedBy(2));
    }

    /// Starts a class of the bench as the daemon was started: same Java, same flags.
    private Child java(Class<?> main, List<String> libraries, List<String> arguments) throws IOException {
        var daemon = DaemonLine.of(fern.process().pid());
        var command = new ArrayList<String>();
        command.add(daemon.java());
        command.addAll(daemon.flags());
        var classPath = new ArrayList<>(libraries);
        classPath.addFirst(Functions.origin(main));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), main.getName()));
        command.addAll(arguments);
        return stage.sandbox().start(command, Map.of("MALLOC_ARENA_MAX", "2"));
    }

    List<Contender> contenders() {
        return contenders;
    }

    /// Where the daemon keeps its calls, or a neighbour of it.
    Path data() {
        return fern.data();
    }

    /// What the daemon has written for calls.
    Written written() throws IOException, InterruptedException {
        return Written.by(fern);
    }

    /// The daemon's memory when it was ready and had no function yet.
    Memory empty() {
        return empty;
    }

    /// The daemon's memory now.
    Memory memory() throws IOException {
        return Memory.of(fern.process().pid());
    }

    @Override
    public void close() {
        stage.close();
    }
}
