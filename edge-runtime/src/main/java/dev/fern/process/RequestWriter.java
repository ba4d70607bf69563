package dev.fern.process;

import dev.fern.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/// Writes requests of HTTP/1.1 (RFC 9112): a usual one in one piece, a large one through the same buffer, so that a
/// call
/// allocates nothing of its size. One thread.
final class RequestWriter {
    private static final int BUFFER = 8 << 10;
    private static final byte[] START = ascii("POST /call HTTP/1.1\r\nHost: localhost\r\n");
    private static final byte[] COLON = ascii(": ");
    private static final byte[] LINE_END = ascii("\r\n");
    /// RFC 9110, section 7.6.1, and what this client says itself. So few that looking at each is quickest.
    private static final String[] NOT_SENT = {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
        "expect"
    };

    private final byte[] bytes = new byte[BUFFER];
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private int filled;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void send(WritableByteChannel to, Headers headers, byte[] body) throws IOException {
        filled = 0;
        put(to, START);
        try {
            headers.forEach((name, value) -> field(to, name, value));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        put(to, ascii("Content-Length: " + body.length + "\r\n\r\n"));
        put(to, body);
        flush(to);
    }

    private void field(WritableByteChannel to, String name, String value) {
        if (!ReplyReader.isToken(name, name.length()) || isOurs(name)) {
            return;
        }
        try {
            text(to, name);
            put(to, COLON);
            text(to, value);
            put(to, LINE_END);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As it is, but for control characters: they could begin another field.
    private void text(WritableByteChannel to, String text) throws IOException {
        int start = filled;
        if (text.length() <= BUFFER - filled && ascii(text, start)) {
            return;
        }
        filled = start;
        var encoded = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            encoded[i] = encoded[i] < 0 ? encoded[i] : (byte) plain((char) encoded[i]);
        }
        put(to, encoded);
    }

    /// Nearly every text.
    private boolean ascii(String text, int start) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return false;
            }
            bytes[start + i] = (byte) plain(c);
        }
        filled = start + length;
        return true;
    }

    private static char plain(char c) {
        return c < ' ' && c != '\t' || c == 0x7f ? ' ' : c;
    }

    private static boolean isOurs(String name) {
        for (var one : NOT_SENT) {
            if (one.length() == name.length() && one.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private void put(WritableByteChannel to, byte[] part) throws IOException {
        for (int at = 0; at < part.length; ) {
            if (filled == BUFFER) {
                flush(to);
            }
            int length = Math.min(BUFFER - filled, part.length - at);
            System.arraycopy(part, at, bytes, filled, length);
            filled += length;
            at += length;
        }
    }

    private void flush(WritableByteChannel to) throws IOException {
        buffer.clear().put(bytes, 0, filled).flip();
        while (buffer.hasRemaining()) {
            to.write(buffer);
        }
        filled = 0;
    }
}
