package dev.fern.mqtt;

import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.mqtt.Faults.FaultException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.internal.MqttConnectionState;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/// One network connection from CONNECT to its end, and all we let the world know of Paho 1.2.5. One-shot: whoever wants
/// to be connected again makes another one. A fresh client has nothing left over from before: no message Paho would
/// send by itself, no packet id that now means another message, no state that a lost connection got stuck in.
///
/// It asks for a session of 7 days, acknowledges by hand, uses no QoS 2 and no topic aliases.
final class Link implements Inbox.Acknowledger {
    /// A reason code (MQTT 5, section 2.4) that no broker sends: the connection was lost before it answered.
    static final int LOST = -1;

    private static final System.Logger LOG = System.getLogger("fern.mqtt");
    private static final Duration ANSWER = Duration.ofSeconds(25);
    private static final long LEAVE_MS = 1500;
    private static final int MOST_IN_FLIGHT = 0xFFFF;
    private static final Field STATE = state();

    /// What to connect to, and how.
    ///
    /// @param key where it is configured, such as `mqtt` or `brokers.plant`
    /// @param will what the broker publishes if this device vanishes
    /// @param receiveMaximum messages of QoS 1 the broker may send ahead of acknowledgements
    /// @param packetBytes the largest packet either way
    record Plan(
            Settings.Broker broker, String key, @Nullable Outgoing will, int receiveMaximum, int packetBytes) {}

    /// What the broker said in CONNACK.
    ///
    /// @param receiveMaximum publishes of ours it takes ahead of its acknowledgements
    /// @param packetBytes the largest packet it takes
    /// @param identifiers whether it knows Subscription Identifiers
    record Limits(int receiveMaximum, long packetBytes, boolean identifiers) {}

    /// One SUBSCRIBE.
    ///
    /// @param id its Subscription Identifier, or 0 for none
    /// @param retainHandling 0 sends retained messages, 1 does so if the subscription is new, 2 does not
    record Request(String wire, int qos, int id, int retainHandling, boolean retainAsPublished) {}

    /// Hears what happens, on Paho's threads: it must not wait. First [#up] and then [#down], or [#down] only.
    interface Listener {
        void up(Link link, Limits limits);

        void arrived(Link link, Incoming message);

        void down(Link link, Problem why);
    }

    /// Hears the reason code of an acknowledgement, or [#LOST].
    interface Answer {
        void answered(int reason, @Nullable String text);
    }

    private final Plan plan;
    private final Time time;
    private final Listener listener;
    private final KeepAlive keepAlive;
    /// Ids of messages that came again and are not handed over yet.
    private final Set<Integer> repeated = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean ended = new AtomicBoolean();
    /// CONNECT has left. Before that Paho starts its threads, and the one that starts them would spin for ever if it
    /// were stopped.
    private final CountDownLatch spoken = new CountDownLatch(1);

    /// CONNECT is answered, or will not be. A CONNACK that crosses a stop would revive the sender, for ever.
    private final CountDownLatch answered = new CountDownLatch(1);

    private final CountDownLatch left = new CountDownLatch(1);
    private volatile boolean connected;
    private volatile @Nullable MqttAsyncClient client;
    private volatile Time.@Nullable Timer patience;

    Link(Plan plan, Time time, Listener listener) {
        this.plan = plan;
        this.time = time;
        this.listener = listener;
        keepAlive = new KeepAlive(time);
    }

    /// Connects; the listener hears how it went. Reads files.
    void open() {
        if (ended.get()) {
            return;
        }
        try {
            var opened = Wire.client(Connect.address(plan), plan.broker.clientId(), keepAlive, spoken, repeated);
            client = opened;
            if (ended.get()) { // closed meanwhile, by one who may not have seen the client
                answered.countDown();
                return;
            }
            opened.setManualAcks(true);
            opened.setCallback(new Callback());
            patience = time.after(ANSWER, this::giveUp);
            opened.connect(Connect.options(plan), null, new Connected());
        } catch (FaultException | MqttException | RuntimeException e) {
            answered.countDown();
            end(Faults.connection(e, plan.broker, plan.key, time.now()));
        }
    }

    /// Sends a message; the answer comes when it is written (QoS 0) or acknowledged (QoS 1).
    ///
    /// @param expiryS Message Expiry Interval in seconds, 0 for none
    /// @return false if it cannot be sent just now
    boolean publish(Outgoing message, long expiryS, Answer answer) {
        var sent = Packets.outgoing(message, expiryS);
        return tell(client -> client.publish(message.topic(), sent, null, new Answered(answer)));
    }

    void subscribe(Request request, Answer answer) {
        var subscription = new MqttSubscription(request.wire, request.qos);
        subscription.setRetainHandling(request.retainHandling);
        subscription.setRetainAsPublished(request.retainAsPublished);
        var properties = new MqttProperties();
        if (request.id > 0) {
            properties.setSubscriptionIdentifier(request.id);
        }
        var one = new MqttSubscription[] {subscription};
        if (!tell(client -> client.subscribe(one, null, new Answered(answer), properties))) {
            answer.answered(LOST, null);
        }
    }

    void unsubscribe(String wire, Answer answer) {
        if (!tell(client -> client.unsubscribe(wire, null, new Answered(answer)))) {
            answer.answered(LOST, null);
        }
    }

    /// Sends PUBACK. Calls made one after the other leave in that order.
    @Override
    public void acknowledge(int id) {
        tell(client -> client.messageArrivedComplete(id, 1));
    }

    /// Says DISCONNECT and waits for the end, up to 1.5 s. The session stays; the will is not published.
    void close() {
        var closing = client;
        if (closing == null || !connected) {
            abort();
            return;
        }
        ended.set(true);
        try {
            closing.disconnect(0, null, new Left(), 0, new MqttProperties());
            if (left.await(LEAVE_MS, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (MqttException e) {
            LOG.log(System.Logger.Level.DEBUG, "no DISCONNECT for {0}: {1}", plan.key, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abort();
    }

    /// Drops the connection as it is. The listener hears nothing.
    void abort() {
        ended.set(true);
        var dropped = client;
        if (dropped == null) {
            return;
        }
        Thread.ofVirtual().name("fern-mqtt-drop").start(() -> {
            try {
                answered.await(ANSWER.toSeconds(), TimeUnit.SECONDS);
                dropped.disconnectForcibly(0, 0, false);
            } catch (MqttException | InterruptedException | RuntimeException e) {
                LOG.log(System.Logger.Level.DEBUG, "a dropped connection of {0} ended oddly: {1}", plan.key, e);
            }
        });
    }

    private void giveUp() {
        if (!connected && !ended.get()) {
            var silent = Faults.silent(plan.broker, plan.key);
            if (end(silent)) {
                answered.countDown();
                abort();
            }
        }
    }

    private boolean end(Problem why) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        forget(patience);
        listener.down(this, why);
        return true;
    }

    private static void forget(Time.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    private interface Command {
        void on(MqttAsyncClient client) throws MqttException;
    }

    private boolean tell(Command command) {
        var told = client;
        if (told == null || ended.get()) {
            return false;
        }
        try {
            command.on(told);
            return true;
        } catch (MqttException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} cannot be told anything now: {1}", plan.key, e.getMessage());
            return false;
        }
    }

    /// Paho takes a Receive Maximum over 32767 for a negative number and then sends nothing at all; it holds QoS 0
    /// to it as well, and throws when it is reached: [Outbox] keeps it instead. And it uses topic aliases if the
    /// broker has any, whether asked to or not.
    private void correct() {
        try {
            var state = (MqttConnectionState) STATE.get(client);
            state.setReceiveMaximum(MOST_IN_FLIGHT);
            state.setOutgoingTopicAliasMaximum(0);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field state() {
        try {
            var state = MqttAsyncClient.class.getDeclaredField("mqttConnection");
            state.setAccessible(true);
            return state;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this is not Paho 1.2.5", e);
        }
    }

    private final class Connected implements MqttActionListener {
        @Override
        public void onSuccess(IMqttToken token) {
            answered.countDown();
            if (ended.get()) {
                abort();
                return;
            }
            connected = true;
            forget(patience);
            var said = token.getResponseProperties();
            int receiveMaximum = said.getReceiveMaximum() instanceof Integer most ? most & 0xFFFF : MOST_IN_FLIGHT;
            correct();
            keepAlive.start();
            listener.up(
                    Link.this,
                    new Limits(
                            receiveMaximum,
                            said.getMaximumPacketSize() instanceof Long most ? most : Long.MAX_VALUE,
                            said.isSubscriptionIdentifiersAvailable()));
        }

        @Override
        public void onFailure(IMqttToken token, Throwable fault) {
            spoken.countDown();
            answered.countDown();
            end(Faults.connection(fault, plan.broker, plan.key, time.now()));
        }
    }

    private final class Left implements MqttActionListener {
        @Override
        public void onSuccess(IMqttToken token) {
            left.countDown();
        }

        @Override
        public void onFailure(IMqttToken token, Throwable fault) {
            left.countDown();
        }
    }

    private record Answered(Answer answer) implements MqttActionListener {
        @Override
        public void onSuccess(IMqttToken token) {
            var codes = token.getReasonCodes();
            var said = token.getResponseProperties();
            answer.answered(
                    codes == null || codes.length == 0 ? 0 : codes[0], said == null ? null : said.getReasonString());
        }

        @Override
        public void onFailure(IMqttToken token, Throwable fault) {
            answer.answered(LOST, null);
        }
    }

    private final class Callback implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            try {
                boolean again = repeated.remove(message.getId());
                listener.arrived(Link.this, Packets.incoming(topic, message, again));
            } catch (RuntimeException e) {
                // Paho would swallow it; the message stays unacknowledged and comes again with the next connection
                LOG.log(System.Logger.Level.ERROR, "a message of " + plan.key + " could not be taken on", e);
            }
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            end(
                    response.getException() instanceof MqttException fault
                            ? Faults.connection(fault, plan.broker, plan.key, time.now())
                            : Faults.ended(
                                    response.getReturnCode(), response.getReasonString(), plan.broker, plan.key));
        }

        @Override
        public void mqttErrorOccurred(MqttException fault) {
            LOG.log(System.Logger.Level.WARNING, "{0} sent something odd: {1}", plan.key, fault.getMessage());
        }

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String address) {}

        @Override
        public void authPacketArrived(int reason, MqttProperties properties) {}
    }
}
