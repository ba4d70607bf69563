package dev.fern.e2e;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;

/// Somebody else at a broker, with a plain MQTT client: publishes as a sensor would, and notes what is said.
final class Bystander implements AutoCloseable {
    private final MqttClient client;

    /// Connects, to publish only. Who publishes and listens on one connection measures TCP: the broker's
    /// answer to the one holds up the other.
    Bystander(URI broker) throws MqttException {
        client = new MqttClient(broker.toString(), "", new MemoryPersistence());
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        client.connect(options);
    }

    /// Connects, and notes from now on what comes on those topics.
    Bystander(URI broker, Sightings seen, String... filters) throws MqttException {
        this(broker);
        IMqttMessageListener listener =
                (topic, message) -> seen.add(topic, new String(message.getPayload(), StandardCharsets.UTF_8));
        for (var filter : filters) {
            client.subscribe(
                    new MqttSubscription[] {new MqttSubscription(filter, 0)}, new IMqttMessageListener[] {listener});
        }
    }

    /// Publishes with QoS 1, and returns when the broker has it.
    void publish(String topic, String text) throws MqttException {
        client.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, false);
    }

    @Override
    public void close() throws MqttException {
        client.disconnectForcibly(0, 1000);
        client.close();
    }
}
