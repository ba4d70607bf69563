package dev.fern.e2e;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;

/// Sensors and listeners on the other side of a broker: a plain MQTT client.
final class Outside implements AutoCloseable {
    /// What somebody else would have seen.
    record Heard(String topic, String text, boolean retained) {}

    private final MqttClient client;
    private final List<Heard> heard = new CopyOnWriteArrayList<>();

    Outside(URI broker, String... filters) throws MqttException {
        client = new MqttClient(broker.toString(), "outside-" + System.nanoTime(), new MemoryPersistence());
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        client.connect(options);
        for (var filter : filters) {
            IMqttMessageListener listener = (topic, message) -> heard.add(
                    new Heard(topic, new String(message.getPayload(), StandardCharsets.UTF_8), message.isRetained()));
            client.subscribe(
                    new MqttSubscription[] {new MqttSubscription(filter, 1)}, new IMqttMessageListener[] {listener});
        }
    }

    void publish(String topic, String text) throws MqttException {
        var message = new MqttMessage(text.getBytes(StandardCharsets.UTF_8));
        message.setQos(1);
        while (true) {
            try {
                client.publish(topic, message);
                return;
            } catch (MqttException e) {
                if (e.getReasonCode() != MqttClientException.REASON_CODE_MAX_INFLIGHT) {
                    throw e;
                }
                Thread.onSpinWait(); // the acknowledgement of the last one is on its way
            }
        }
    }

    /// The broker keeps it for those who come later.
    void retain(String topic, String text) throws MqttException {
        client.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, true);
    }

    List<Heard> heard() {
        return heard;
    }

    /// The first message of that kind, waited for up to two minutes.
    Heard await(String what, Predicate<Heard> wanted) throws InterruptedException {
        long end = System.nanoTime() + 120_000_000_000L;
        while (System.nanoTime() < end) {
            for (var one : heard) {
                if (wanted.test(one)) {
                    return one;
                }
            }
            Thread.sleep(5);
        }
        throw new AssertionError("not heard within two minutes: " + what + "; heard " + heard);
    }

    @Override
    public void close() throws MqttException {
        client.disconnectForcibly(0, 1000);
        client.close();
    }
}
