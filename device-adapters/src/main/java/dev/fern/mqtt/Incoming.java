package dev.fern.mqtt;

import dev.fern.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message that a broker has sent.
///
/// @param id to acknowledge it with; 0 with QoS 0
/// @param repeated the broker may have sent it before (MQTT 5, section 3.3.1.1)
/// @param reply null if nobody waits for an answer
/// @param subscriptions the Subscription Identifiers it came for
record Incoming(
        int id,
        String topic,
        int qos,
        boolean retained,
        boolean repeated,
        List<Integer> subscriptions,
        @Nullable String contentType,
        List<Property> properties,
        @Nullable Reply reply,
        Payload body) {
    /// A user property.
    record Property(String name, String value) {}

    /// Where the sender waits for an answer (MQTT 5, section 3.3.2.3.5), and what it shall know it by.
    record Reply(String topic, @Nullable Payload correlation) {}

    /// One that nobody waits for an answer to.
    Incoming(
            int id,
            String topic,
            int qos,
            boolean retained,
            boolean repeated,
            List<Integer> subscriptions,
            @Nullable String contentType,
            List<Property> properties,
            Payload body) {
        this(id, topic, qos, retained, repeated, subscriptions, contentType, properties, null, body);
    }

    /// The same, known not to have been worked on by a daemon before this one.
    Incoming fresh() {
        return new Incoming(id, topic, qos, retained, false, subscriptions, contentType, properties, reply, body);
    }

    /// What it takes of the largest event.
    int size() {
        int size = body.size();
        for (var property : properties) {
            size += property.name.length() + property.value.length();
        }
        return size;
    }
}
