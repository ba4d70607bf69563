package dev.fern.process;

import dev.fern.Headers;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Reads answers of HTTP/1.1 (RFC 9112) from a process that is not to be trusted: everything has a bound, and what is
/// unclear is refused rather than guessed. One thread.
final class ReplyReader {
    /// Bytes of status line and header fields together.
    static final int HEAD_BYTES = 64 << 10;
    /// How many header fields.
    static final int FIELDS = 200;

    private static final int BUFFER = 8 << 10;
    private static final int CHUNK_LINE = 100;
    private static final int INTERIM = 10;
    private static final byte[] NOTHING = {};
    private static final boolean[] TOKEN = new boolean[128];

    static {
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                .chars()
                .forEach(c -> TOKEN[c] = true);
    }

    /// What came is no answer, or too large a one; in words for the one who reads why the call failed.
    static final class BadReplyException extends IOException {
        BadReplyException(String message) {
            super(message);
        }
    }

    private final ReadableByteChannel channel;
    private final int bodyBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    /// What was read last, between these two: quicker to look at than the buffer that the system fills.
    private final byte[] bytes = new byte[BUFFER];

    private int at;
    private int end;
    private int headLeft;

    /// @param bodyBytes the largest body
    ReplyReader(ReadableByteChannel channel, int bodyBytes) {
        this.channel = channel;
        this.bodyBytes = bodyBytes;
    }

    /// The next answer. Interim ones (1xx) are skipped.
    ///
    /// @throws EOFException if the connection ended before or within it
    Reply read() throws IOException {
        for (int i = 0; i < INTERIM; i++) {
            headLeft = HEAD_BYTES;
            var version = line();
            int status = status(version);
            var fields = fields();
            if (status >= 200) {
                return reply(version.startsWith("HTTP/1.1"), status, fields);
            }
        }
        throw new BadReplyException("it sent nothing but interim answers");
    }

    private static int status(String line) throws BadReplyException {
        boolean is = (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                && (line.length() == 12 || line.length() > 12 && line.charAt(12) == ' ')
                && isDigit(line.charAt(9))
                && line.charAt(9) > '0'
                && isDigit(line.charAt(10))
                && isDigit(line.charAt(11));
        if (!is) {
            throw new BadReplyException("its answer is not HTTP: " + printable(line));
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static String printable(String text) {
        var plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() > 60 ? plain.substring(0, 60) + "..." : plain;
    }

    private Headers fields() throws IOException {
        var fields = Headers.NONE.toBuilder();
        for (int i = 0; i <= FIELDS; i++) {
            var line = line();
            if (line.isEmpty()) {
                return fields.build();
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !isToken(line, colon)) {
                throw new BadReplyException("a header field of its answer makes no sense: " + printable(line));
            }
            fields.add(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        throw new BadReplyException("its answer has more than " + FIELDS + " header fields");
    }

    /// RFC 9110, section 5.6.2.
    static boolean isToken(String text, int length) {
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= TOKEN.length || !TOKEN[c]) {
                return false;
            }
        }
        return length > 0;
    }

    private Reply reply(boolean persistent, int status, Headers fields) throws IOException {
        var connection = fields.first("Connection");
        boolean keep = persistent
                && (connection == null || !connection.toLowerCase(Locale.ROOT).contains("close"));
        if (status == 204 || status == 304) {
            return new Reply(status, fields, new byte[0], keep);
        }
        var coding = fields.all("Transfer-Encoding");
        if (!coding.isEmpty()) {
            if (coding.size() > 1 || !coding.getFirst().equalsIgnoreCase("chunked")) {
                throw new BadReplyException("its answer has the transfer coding " + printable(coding.toString()));
            }
            return new Reply(status, fields, chunks(), keep);
        }
        var lengths = fields.all("Content-Length");
        if (lengths.isEmpty()) {
            return new Reply(status, fields, rest(), false);
        }
        var length = lengths.getFirst();
        if (!isLength(length) || lengths.stream().anyMatch(other -> !other.equals(length))) {
            throw new BadReplyException("its answer has the length " + printable(lengths.toString()));
        }
        var body = new byte[room(Long.parseLong(length))];
        fill(body);
        return new Reply(status, fields, body, keep);
    }

    private static boolean isLength(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 18;
    }

    private int room(long wanted) throws BadReplyException {
        if (wanted > bodyBytes) {
            throw new BadReplyException("its answer is larger than " + (bodyBytes >> 10) + " KB");
        }
        return (int) wanted;
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            headLeft = CHUNK_LINE;
            var size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new BadReplyException("a chunk of its answer has the size " + printable(size));
            }
            int length = Integer.parseUnsignedInt(size, 16);
            if (length == 0) {
                headLeft = HEAD_BYTES;
                fields(); // trailers mean nothing here
                return body.toByteArray();
            }
            room(body.size() + Integer.toUnsignedLong(length));
            var chunk = new byte[length];
            fill(chunk);
            body.write(chunk, 0, length);
            if (!line().isEmpty()) {
                throw new BadReplyException("a chunk of its answer is longer than it says");
            }
        }
    }

    /// All until the connection ends.
    private byte[] rest() throws IOException {
        var body = new ByteArrayOutputStream();
        do {
            room((long) body.size() + end - at);
            body.write(bytes, at, end - at);
        } while (more());
        return body.toByteArray();
    }

    private void fill(byte[] body) throws IOException {
        for (int filled = 0; filled < body.length; ) {
            if (at == end && !more()) {
                throw new EOFException("the connection ended within the answer");
            }
            int part = Math.min(end - at, body.length - filled);
            System.arraycopy(bytes, at, body, filled, part);
            at += part;
            filled += part;
        }
    }

    /// A line without its end, which may be a bare LF.
    private String line() throws IOException {
        var begun = NOTHING; // by what was read before
        while (true) {
            if (at == end && !more()) {
                throw new EOFException("the connection ended before the answer");
            }
            int start = at;
            while (at < end && bytes[at] != '\n') {
                at++;
            }
            headLeft -= at - start + 1;
            if (headLeft <= 0) {
                throw new BadReplyException("the head of its answer is too long");
            }
            if (at < end) {
                at++;
                return begun.length == 0
                        ? text(bytes, start, at - 1)
                        : text(joined(begun, start, at - 1), 0, begun.length + at - 1 - start);
            }
            begun = joined(begun, start, at);
        }
    }

    private byte[] joined(byte[] begun, int from, int to) {
        var joined = Arrays.copyOf(begun, begun.length + to - from);
        System.arraycopy(bytes, from, joined, begun.length, to - from);
        return joined;
    }

    private static String text(byte[] line, int from, int to) {
        int last = to > from && line[to - 1] == '\r' ? to - 1 : to;
        return new String(line, from, last - from, StandardCharsets.UTF_8);
    }

    private boolean more() throws IOException {
        buffer.clear();
        int read;
        do {
            read = channel.read(buffer);
        } while (read == 0);
        at = 0;
        end = Math.max(read, 0);
        buffer.flip().get(bytes, 0, end);
        return read > 0;
    }
}
