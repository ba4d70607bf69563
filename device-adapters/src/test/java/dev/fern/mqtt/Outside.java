package dev.fern.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttClientException;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/// Somebody else at the broker: a bare Paho client.
final class Outside implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /// What it heard.
    record Heard(String topic, String text, int qos, boolean retained, MqttProperties properties) {}

    private final MqttClient client;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

    Outside(int port) throws MqttException {
        this(port, "outside-" + COUNT.incrementAndGet(), new MqttConnectionOptions());
    }

    Outside(int port, String id, MqttConnectionOptions options) throws MqttException {
        client = new MqttClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
        client.setCallback(new Listening());
        options.setSocketFactory(Sockets.plain());
        client.connect(options);
    }

    void publish(String topic, String text) throws MqttException {
        publish(topic, text, 1, false);
    }

    void publish(String topic, String text, int qos, boolean retain) throws MqttException {
        publish(topic, text, qos, retain, new MqttProperties());
    }

    private void publish(String topic, MqttMessage message) throws MqttException {
        while (true) {
            try {
                client.publish(topic, message);
                return;
            } catch (MqttException e) {
                if (e.getReasonCode() != MqttClientException.REASON_CODE_MAX_INFLIGHT) {
                    throw e;
                }
                // Paho counts what is acknowledged for a moment longer
                Thread.onSpinWait();
            }
        }
    }

    void publish(String topic, String text, MqttProperties properties) throws MqttException {
        publish(topic, text, 1, false, properties);
    }

    void publish(String topic, String text, int qos, boolean retain, MqttProperties properties) throws MqttException {
        publish(topic, new MqttMessage(text.getBytes(StandardCharsets.UTF_8), qos, retain, properties));
    }

    Outside subscribe(String filter) throws MqttException {
        var subscription = new MqttSubscription(filter, 1);
        subscription.setRetainAsPublished(true);
        client.subscribe(new MqttSubscription[] {subscription});
        return this;
    }

    Heard next() throws InterruptedException {
        var next = heard.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("heard nothing for 10 s");
        }
        return next;
    }

    List<Heard> rest() {
        var rest = new ArrayList<Heard>();
        heard.drainTo(rest);
        return rest;
    }

    @Override
    public void close() throws MqttException {
        client.disconnectForcibly(0, 200);
        client.close(true);
    }

    private final class Listening implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            heard.add(new Heard(
                    topic,
                    new String(message.getPayload(), StandardCharsets.UTF_8),
                    message.getQos(),
                    message.isRetained(),
                    message.getProperties()));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException fault) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String address) {}

        @Override
        public void authPacketArrived(int reason, MqttProperties properties) {}
    }
}
