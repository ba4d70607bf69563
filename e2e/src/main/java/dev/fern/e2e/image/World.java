package dev.fern.e2e.image;

import dev.fern.e2e.DockerRegistry;
import dev.fern.e2e.FnClient;
import dev.fern.e2e.FuncYaml;
import dev.fern.e2e.Stage;
import dev.fern.e2e.bench.Functions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;

/// What is around the device: a broker, a registry and an Fn server on this machine, which the device sees under
/// the address that QEMU's network has for it. Any thread.
final class World implements AutoCloseable {
    /// This machine, as a guest sees it.
    private static final String HOST = "10.0.2.2";

    private static final String SLOW = """
            package com.example.fn;
            public class %s {
                public byte[] handle(com.fnproject.fn.api.InvocationContext call, byte[] body) throws InterruptedException {
                    Thread.sleep(150);
                    call.setResponseHeader("Fern-To", "out"); // else a detached call has no target
                    return body;
                }
            }
            """;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
    private final Stage stage;
    private final MqttClient mqtt;
    private final Set<Integer> owed = new TreeSet<>();
    private final String slow;

    World(Stage stage) throws IOException, InterruptedException, MqttException {
        this.stage = stage;
        slow = deploy(Functions.write(
                stage.sandbox().folder("functions"),
                "slow",
                SLOW,
                List.of("fern/on/in: \"mqtt:in/+?durable=disk\"", "fern/to/out: \"mqtt:out/all\"")));
        mqtt = new MqttClient(stage.broker().url().toString(), "world", new MemoryPersistence());
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        mqtt.connect(options);
        IMqttMessageListener listener = (_, message) -> hear(new String(message.getPayload(), StandardCharsets.UTF_8));
        mqtt.subscribe(
                new MqttSubscription[] {new MqttSubscription("out/all", 1)}, new IMqttMessageListener[] {listener});
    }

    /// A function for pins: a word sent to the topic `lamp` goes to GPIO27, and so do the changes of GPIO17.
    void lamp() throws IOException, InterruptedException {
        deploy(Functions.write(
                stage.sandbox().folder("functions"),
                "lamp",
                Functions.ECHO,
                List.of(
                        "fern/on/word: \"mqtt:lamp\"",
                        "fern/on/door: \"gpio:17?pull=up&debounce=20ms\"",
                        "fern/to/lamp: \"gpio:27?initial=low\"")));
    }

    /// Image to the registry, definition to the Fn server, which names the registry as the device sees it.
    private String deploy(Path folder) throws IOException, InterruptedException {
        stage.deploy(folder);
        var func = FuncYaml.read(folder);
        try (var fn = new FnClient(stage.cloud().url())) {
            return fn.deploy(Stage.APP, func, seen(stage.registry()) + "/" + func.name() + ":" + func.version());
        }
    }

    private static String seen(DockerRegistry registry) {
        return registry.address().replace("127.0.0.1", HOST);
    }

    private static String seen(URI url) {
        return url.toString().replace("127.0.0.1", HOST);
    }

    /// fern.yaml as its user would write it.
    String fernYaml() {
        return """
                # my first device
                device: {id: flashed}
                cloud: {url: "%s", apps: [%s]}
                registry: {insecure: ["%s"]}
                mqtt: {url: "%s"}
                """.formatted(
                        seen(stage.cloud().url()),
                        Stage.APP,
                        seen(stage.registry()),
                        seen(stage.broker().url()));
    }

    private synchronized void hear(String number) {
        owed.remove(Integer.valueOf(number));
        notifyAll();
    }

    /// Publishes with QoS 1, and returns when the broker has it.
    void publish(String topic, String text) throws MqttException {
        mqtt.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, false);
    }

    /// Publishes a number that has to come out again once the broker has it.
    void send(int number) throws MqttException {
        synchronized (this) {
            owed.add(number);
        }
        publish("in/numbers", String.valueOf(number));
    }

    /// Asks the device to keep a call with that number; it has to come out again if the device says yes.
    ///
    /// @return whether it said yes
    boolean ask(Guest guest, int number) throws InterruptedException {
        var request = HttpRequest.newBuilder(guest.http().resolve("/invoke/" + slow))
                .timeout(Duration.ofMinutes(1))
                .header("Fn-Invoke-Type", "detached")
                .POST(BodyPublishers.ofString(String.valueOf(number)))
                .build();
        synchronized (this) {
            owed.add(number);
        }
        try {
            if (client.send(request, BodyHandlers.discarding()).statusCode() == 202) {
                return true;
            }
        } catch (IOException e) {
            // it was cut off: nothing was promised
        }
        synchronized (this) {
            owed.remove(number);
        }
        return false;
    }

    /// Numbers that have not come out.
    synchronized Set<Integer> owed() {
        return new TreeSet<>(owed);
    }

    /// Waits until all have come out, or the limit has passed.
    synchronized Set<Integer> awaitAll(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!owed.isEmpty() && System.nanoTime() < end) {
            wait(1000);
        }
        return new TreeSet<>(owed);
    }

    @Override
    public void close() throws MqttException {
        mqtt.disconnectForcibly(0, 1000);
        mqtt.close();
        client.close();
    }
}
