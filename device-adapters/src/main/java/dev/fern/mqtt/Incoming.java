package dev.fern.mqtt;

import dev.fern.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message that a broker has sent.
///
/// @param id to acknowledge it with; 0 with QoS 0
/// @param repeated the broker may have sent it before (MQTT 5, section 3.3.1.1)
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
        Payload body) {
    /// A user property.
    record Property(String name, String value) {}

    /// The same, known not to have been worked on by a daemon before this one.
    Incoming fresh() {
        return new Incoming(id, topic, qos, retained, false, subscriptions, contentType, properties, body);
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
