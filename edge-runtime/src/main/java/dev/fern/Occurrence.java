package dev.fern;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/// A CloudEvent as one trigger of one function sees it: the same for each delivery, whoever sends it. 128 bits of
/// SHA-256,
/// so that what is remembered of an event has one size whatever its id.
public record Occurrence(long high, long low) {
    /// How many bytes [#bytes] has.
    public static final int BYTES = 16;

    /// Null for an event that is none of somebody else's: each of its deliveries is one by itself.
    public static @Nullable Occurrence of(Trigger trigger, Event event) {
        return event.isCloudEvent() ? of(trigger.lane(), event) : null;
    }

    /// The same, by the lane of the trigger.
    public static Occurrence of(String lane, Event event) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            add(digest, lane);
            add(digest, event.source());
            add(digest, event.id());
            return of(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("each Java has SHA-256", e);
        }
    }

    /// From the first of these bytes.
    public static Occurrence of(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        return new Occurrence(buffer.getLong(), buffer.getLong());
    }

    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    /// With its length, so that no two texts look like two others.
    private static void add(MessageDigest digest, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }
}
