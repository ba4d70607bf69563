package dev.fern.mqtt;

import dev.fern.Fleet;
import dev.fern.Health;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.mqtt.Faults.FaultException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/// The retained topics of devices, read by a client without a session: it leaves nothing at the broker.
final class MqttFleet implements Fleet {
    private static final long PATIENCE_MS = 10_000;
    private static final int PACKET_BYTES = 1 << 20;
    /// Nothing new for so long: then what was retained has come.
    private static final long QUIET_MS = 300;
    private static final int QUIET_LOOKS = 20;
    /// Devices; what further ones tell is not kept.
    static final int MOST_DEVICES = 10_000;

    private final Settings.Broker broker;
    /// Characters of all statuses; what would be more is not kept.
    private final long most;
    private final Map<String, Device> devices = new TreeMap<>();
    private long held;
    private long heard;
    private long left;
    private volatile Health health;
    private volatile @Nullable MqttClient client;

    /// @param most characters of all statuses
    MqttFleet(Settings.Broker broker, long most) {
        this.broker = broker;
        this.most = most;
        health = Health.down("not connected with " + broker.url() + " yet", "wait a moment");
    }

    void open() {
        try {
            var plan = new Link.Plan(broker, "mqtt", null, 100, PACKET_BYTES);
            var options = Connect.options(plan);
            options.setCleanStart(true);
            options.setSessionExpiryInterval(0L);
            var opened = new MqttClient(Connect.address(plan), broker.clientId(), new MemoryPersistence());
            client = opened;
            opened.setTimeToWait(PATIENCE_MS);
            opened.setCallback(new Callback());
            opened.connect(options);
            health = Health.UP;
            for (var leaf : new String[] {"status", "online"}) {
                subscribe(opened, topic("+", leaf));
            }
        } catch (FaultException | MqttException | RuntimeException e) {
            health = down(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            health = Health.down("this was interrupted", "try again");
        }
    }

    /// QoS 1: of QoS 0 a broker may drop any. And one after the other: mosquitto keeps 1,000 messages for a client and
    /// drops what goes beyond.
    private void subscribe(MqttClient opened, String filter) throws MqttException, InterruptedException {
        if (health instanceof Health.Down) {
            return;
        }
        var answer = opened.subscribe(filter, 1).getReasonCodes();
        if (answer != null && answer.length == 1 && answer[0] >= 0x80) {
            health = new Health.Down(Faults.subscription(answer[0], null, filter));
            return;
        }
        long before = -1;
        for (int looks = 0; looks < QUIET_LOOKS && heard() != before; looks++) {
            before = heard();
            TimeUnit.MILLISECONDS.sleep(QUIET_MS);
        }
    }

    private Health down(Exception fault) {
        return new Health.Down(Faults.once(Faults.connection(fault, broker, "mqtt", Instant.now())));
    }

    private String topic(String device, String leaf) {
        return broker.prefix() + "/" + device + "/" + leaf;
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public Map<String, Device> devices() {
        synchronized (devices) {
            return Map.copyOf(devices);
        }
    }

    @Override
    public long heard() {
        synchronized (devices) {
            return heard;
        }
    }

    @Override
    public long left() {
        synchronized (devices) {
            return left;
        }
    }

    @Override
    public void nudge() {
        var open = client;
        try {
            if (open != null && health instanceof Health.Up) {
                open.publish(topic("all", "sync"), new byte[0], 1, false);
            }
        } catch (MqttException e) {
            health = down(e);
        }
    }

    private void heard(String topic, byte[] body) {
        if (!topic.startsWith(broker.prefix() + "/")) {
            return;
        }
        var device = topic.substring(broker.prefix().length() + 1, topic.lastIndexOf('/'));
        var text = new String(body, StandardCharsets.UTF_8);
        synchronized (devices) {
            heard++;
            var known = devices.get(device);
            var old = known == null ? new Device(true, "") : known;
            if (body.length == 0) {
                // somebody has cleared what a device of old had left
                held -= old.statusJson().length();
                devices.remove(device);
                return;
            }
            var now = topic.endsWith("/status")
                    ? new Device(old.online(), text)
                    : new Device(!text.equals("offline"), old.statusJson());
            long more = (long) now.statusJson().length() - old.statusJson().length();
            if (known == null && devices.size() >= MOST_DEVICES || more > 0 && held + more > most) {
                left++;
                return;
            }
            held += more;
            devices.put(device, now);
        }
    }

    @Override
    public void close() {
        var open = client;
        if (open == null) {
            return;
        }
        try {
            if (open.isConnected()) {
                open.disconnect();
            }
            open.close(true);
        } catch (MqttException e) {
            // nothing is owed to a connection that nobody needs
        }
    }

    private final class Callback implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            heard(topic, message.getPayload());
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            if (health instanceof Health.Up) {
                health = new Health.Down(new Problem(
                        "the connection to " + broker.url() + " is lost", "check the broker and the network"));
            }
        }

        @Override
        public void mqttErrorOccurred(MqttException fault) {
            // followed by a disconnection if it matters
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // nothing waits for it
        }

        @Override
        public void connectComplete(boolean reconnect, String server) {
            // open() waits for it
        }

        @Override
        public void authPacketArrived(int reason, MqttProperties properties) {
            // no such login
        }
    }
}
