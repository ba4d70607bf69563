package dev.fern.mqtt;

import dev.fern.Payload;
import dev.fern.mqtt.Incoming.Property;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message for a broker.
///
/// @param expiry after which it is of no use any more; null for never
/// @param properties its user properties
/// @param correlation what the receiver shall know it by, or null
record Outgoing(
        String topic,
        Payload body,
        int qos,
        boolean retain,
        @Nullable Duration expiry,
        @Nullable String contentType,
        List<Property> properties,
        @Nullable Payload correlation) {
    private static final int OVERHEAD = 64;
    private static final int PROPERTY = 8;

    Outgoing(
            String topic,
            Payload body,
            int qos,
            boolean retain,
            @Nullable Duration expiry,
            @Nullable String contentType) {
        this(topic, body, qos, retain, expiry, contentType, List.of(), null);
    }

    static Outgoing retained(String topic, String text, @Nullable String contentType) {
        return new Outgoing(topic, Payload.of(text), 1, true, null, contentType);
    }

    /// At least what its packet takes, in bytes.
    int size() {
        int size = OVERHEAD + 3 * topic.length() + (contentType == null ? 0 : contentType.length()) + body.size();
        for (var property : properties) {
            size += PROPERTY + 3 * (property.name().length() + property.value().length());
        }
        return size + (correlation == null ? 0 : correlation.size());
    }
}
