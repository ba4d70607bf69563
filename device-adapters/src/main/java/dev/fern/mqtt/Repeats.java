package dev.fern.mqtt;

import dev.fern.mqtt.Incoming.Reply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The calls of QoS 1 that came last, so that one whose acknowledgement was lost with the connection is known when the
/// broker delivers it again: under the same packet id (MQTT 5, section 4.4).
final class Repeats {
    /// More than a broker has under way.
    private static final int MOST = 200;

    private record Delivery(int id, String topic, @Nullable Reply reply) {
        static Delivery of(Incoming message) {
            return new Delivery(message.id(), message.topic(), message.reply());
        }
    }

    private final Map<Delivery, CompletionStage<Void>> latest = new LinkedHashMap<>();

    /// When the first delivery may be acknowledged, or null if there was none.
    synchronized @Nullable CompletionStage<Void> first(Incoming message) {
        return message.repeated() ? latest.get(Delivery.of(message)) : null;
    }

    synchronized void remember(Incoming message, CompletionStage<Void> taken) {
        if (message.qos() == 0) {
            return;
        }
        var delivery = Delivery.of(message);
        latest.remove(delivery); // the newest is last
        latest.put(delivery, taken);
        if (latest.size() > MOST) {
            latest.remove(latest.keySet().iterator().next());
        }
    }
}
