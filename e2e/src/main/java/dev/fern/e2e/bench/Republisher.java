package dev.fern.e2e.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import javax.net.SocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/// The rival: the least that a program with Paho 1.2.5 can do to publish again what it hears and lose
/// nothing. TCP_NODELAY, no function, no queue on disk, nothing to observe.
///
/// By hand it acknowledges a message once the broker has acknowledged its own; otherwise Paho does so on
/// return from the callback, and what the program holds is lost with it.
public final class Republisher implements MqttCallback {
    private record Pending(int id, MqttMessage message) {}

    private final MqttAsyncClient client;
    private final String out;
    private final int qos;
    private final boolean byHand;
    private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
    private int window = 1;
    private int inFlight;

    private Republisher(String broker, String topic, int qos, boolean byHand) throws MqttException {
        client = new MqttAsyncClient(broker, topic.replace('/', '-'), new MemoryPersistence());
        out = topic + "/out";
        this.qos = qos;
        this.byHand = byHand;
        client.setManualAcks(byHand);
        client.setCallback(this);
    }

    /// @param arguments the broker's address, the topic that `/in` and `/out` follow, QoS, `auto` or `manual`
    public static void main(String[] arguments) throws MqttException {
        var topic = arguments[1];
        int qos = Integer.parseInt(arguments[2]);
        var republisher = new Republisher(arguments[0], topic, qos, arguments[3].equals("manual"));
        republisher.start(topic + "/in");
        System.out.println("republishing " + topic);
    }

    private void start(String in) throws MqttException {
        var options = new MqttConnectionOptions();
        options.setTopicAliasMaximum(0);
        options.setSocketFactory(new NoDelay());
        var connected = client.connect(options);
        connected.waitForCompletion();
        var most = connected.getResponseProperties().getReceiveMaximum();
        synchronized (this) {
            window = Math.clamp((most == null ? 65_535 : most & 0xFFFF) - 1, 1, 1000);
        }
        client.subscribe(in, qos).waitForCompletion();
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) throws MqttException {
        var copy = new MqttMessage(message.getPayload());
        copy.setQos(qos);
        publish(new Pending(message.getId(), copy));
    }

    /// Paho refuses what is over the broker's Receive Maximum; it waits here until there is room.
    private synchronized void publish(Pending next) throws MqttException {
        waiting.add(next);
        publishWaiting();
    }

    private void publishWaiting() throws MqttException {
        while (inFlight < window && waiting.poll() instanceof Pending pending) {
            inFlight++;
            client.publish(out, pending.message, null, new Published(pending.id));
        }
    }

    private synchronized void published(int id) {
        try {
            inFlight--;
            if (byHand) {
                client.messageArrivedComplete(id, qos);
            }
            publishWaiting();
        } catch (MqttException e) {
            end(e);
        }
    }

    private static void end(Throwable why) {
        why.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    private final class Published implements MqttActionListener {
        private final int id;

        Published(int id) {
            this.id = id;
        }

        @Override
        public void onSuccess(IMqttToken token) {
            published(id);
        }

        @Override
        public void onFailure(IMqttToken token, Throwable fault) {
            end(fault);
        }
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        end(response.getException());
    }

    @Override
    public void mqttErrorOccurred(MqttException fault) {
        end(fault);
    }

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String address) {}

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {}

    /// Paho leaves Nagle's algorithm on, which would make every answer wait: 5 ms instead of 0.3 ms.
    private static final class NoDelay extends SocketFactory {
        private static Socket quick() throws IOException {
            var socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket() throws IOException {
            return quick();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException();
        }
    }
}
