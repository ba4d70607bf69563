package dev.fern.mqtt;

import dev.fern.Payload;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A message for a broker.
///
/// @param expiry after which it is of no use any more; null for never
record Outgoing(
        String topic,
        Payload body,
        int qos,
        boolean retain,
        @Nullable Duration expiry,
        @Nullable String contentType) {
    private static final int OVERHEAD = 64;

    static Outgoing retained(String topic, String text, @Nullable String contentType) {
        return new Outgoing(topic, Payload.of(text), 1, true, null, contentType);
    }

    /// At least what its packet takes, in bytes.
    int size() {
        return OVERHEAD + 3 * topic.length() + (contentType == null ? 0 : contentType.length()) + body.size();
    }
}
