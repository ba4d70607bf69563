package dev.fern.e2e.fault;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.jspecify.annotations.Nullable;

/// Both ends of a line through a function: publishes numbered messages of QoS 1 on `in/NUMBER`, and notes what comes on
/// `out/NUMBER`. The number is in the topic, so that half of the bodies can be equal and each message is still counted.
///
/// It loses nothing itself: a message that was not acknowledged is sent again, and what it hears comes from a
/// broker that nobody harms.
final class Stream implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String MARK = "out/mark";

    private final URI in;
    private final MqttClient ear;
    private final Tally tally = new Tally();
    private @Nullable MqttClient mouth;
    private @Nullable Thread sender;
    private volatile boolean sending;
    private int marks;

    /// @param in the broker that is sent to
    /// @param counting the broker where results come out
    Stream(URI in, URI counting) throws IOException {
        this.in = in;
        try {
            ear = connected(counting);
            IMqttMessageListener listener = (topic, message) -> tally.heard(
                    topic.equals(MARK)
                            ? Tally.MARK - Integer.parseInt(new String(message.getPayload(), StandardCharsets.UTF_8))
                            : Integer.parseInt(topic.substring(topic.indexOf('/') + 1)));
            ear.subscribe(
                    new MqttSubscription[] {new MqttSubscription("out/+", 1)}, new IMqttMessageListener[] {listener});
        } catch (MqttException e) {
            throw new IOException("cannot listen at " + counting + ": " + e, e);
        }
    }

    private static MqttClient connected(URI broker) throws MqttException {
        var client = new MqttClient(broker.toString(), "fault-" + System.nanoTime(), new MemoryPersistence());
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        options.setSessionExpiryInterval(24 * 3600L);
        options.setConnectionTimeout(5);
        client.setTimeToWait(10_000);
        client.connect(options);
        return client;
    }

    Tally tally() {
        return tally;
    }

    /// Sends one more and returns when the broker has it, however long the broker is away.
    void send() throws InterruptedException {
        int number = tally.next();
        var body = number % 2 == 0 ? "the same" : "reading " + number;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (mouth == null) {
                    mouth = connected(in);
                }
                mouth.publish("in/" + number, body.getBytes(StandardCharsets.UTF_8), 1, false);
                tally.sent(number);
                return;
            } catch (MqttException e) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("no message can be sent to " + in, e);
                }
                tally.doubtful(number);
                hangUp(mouth);
                mouth = null;
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    /// Sends that many more.
    void send(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            send();
        }
    }

    /// Sends all the time from now on, with a pause between two messages, as long as not more than `behind` are under
    /// way.
    void begin(long pauseMs, int behind) {
        sending = true;
        sender = Thread.ofPlatform().name("fault-sender").start(() -> {
            try {
                while (sending) {
                    if (tally.missing() < behind) {
                        send();
                    }
                    TimeUnit.MILLISECONDS.sleep(pauseMs);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Sends no more.
    void end() throws InterruptedException {
        sending = false;
        if (sender != null) {
            sender.join();
        }
    }

    /// Waits until what was published there before has come here.
    void catchUp() throws IOException, InterruptedException {
        // twice: the first might overtake what the broker has not read yet
        for (int i = 0; i < 2; i++) {
            int mark = ++marks;
            try {
                ear.publish(MARK, String.valueOf(mark).getBytes(StandardCharsets.UTF_8), 1, false);
            } catch (MqttException e) {
                throw new IOException("cannot mark: " + e, e);
            }
            tally.awaitMark(mark, PATIENCE);
        }
    }

    /// Waits until nothing is missing, for three minutes at most.
    void awaitAll() throws InterruptedException {
        tally.await(0, PATIENCE);
    }

    @Override
    public void close() throws InterruptedException {
        sending = false;
        if (sender != null) {
            sender.interrupt();
            sender.join();
        }
        for (var client : clients()) {
            hangUp(client);
        }
    }

    private List<MqttClient> clients() {
        var clients = new ArrayList<>(List.of(ear));
        if (mouth != null) {
            clients.add(mouth);
        }
        return clients;
    }

    private static void hangUp(@Nullable MqttClient client) {
        if (client == null) {
            return;
        }
        try {
            client.disconnectForcibly(0, 1000);
        } catch (MqttException e) {
            // it was not connected
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            // nothing more can be done for it
        }
    }
}
