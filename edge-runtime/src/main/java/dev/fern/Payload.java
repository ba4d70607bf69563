package dev.fern;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes that nobody changes: the body of an event or an answer.
///
/// Made without a copy: whoever calls [#of(byte\[\])] gives the array away, and whoever calls [#bytes()] only reads it.
public final class Payload {
    /// No bytes.
    public static final Payload EMPTY = new Payload(new byte[0]);

    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Payload of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Payload(bytes);
    }

    /// The text in UTF-8.
    public static Payload of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The bytes themselves, to be read only.
    public byte[] bytes() {
        return bytes;
    }

    public int size() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /// The bytes as UTF-8; what is not UTF-8 becomes U+FFFD.
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /// The size only: a body may be private.
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
