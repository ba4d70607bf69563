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

    private static final int CHUNK_LINE = 100;
    private static final int INTERIM = 10;

    /// What came is no answer, or too large a one; in words for the one who reads why the call failed.
    static final class BadReplyException extends IOException {
        BadReplyException(String message) {
            super(message);
        }
    }

    private final ReadableByteChannel channel;
    private final int bodyBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 << 10).flip();
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
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
                    && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
                return false;
            }
        }
        return length > 0;
    }

    private Reply reply(boolean persistent, int status, Headers fields) throws IOException {
        boolean keep = persistent
                && !fields.first("Connection", "").toLowerCase(Locale.ROOT).contains("close");
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
        var lengths = fields.all("Content-Length").stream().distinct().toList();
        if (lengths.isEmpty()) {
            return new Reply(status, fields, rest(), false);
        }
        if (lengths.size() > 1 || !lengths.getFirst().matches("[0-9]{1,18}")) {
            throw new BadReplyException("its answer has the length " + printable(lengths.toString()));
        }
        var body = new byte[room(Long.parseLong(lengths.getFirst()))];
        fill(body);
        return new Reply(status, fields, body, keep);
    }

    private int room(long bytes) throws BadReplyException {
        if (bytes > bodyBytes) {
            throw new BadReplyException("its answer is larger than " + (bodyBytes >> 10) + " KB");
        }
        return (int) bytes;
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            headLeft = CHUNK_LINE;
            var size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new BadReplyException("a chunk of its answer has the size " + printable(size));
            }
            int bytes = Integer.parseUnsignedInt(size, 16);
            if (bytes == 0) {
                headLeft = HEAD_BYTES;
                fields(); // trailers mean nothing here
                return body.toByteArray();
            }
            room(body.size() + Integer.toUnsignedLong(bytes));
            var chunk = new byte[bytes];
            fill(chunk);
            body.write(chunk, 0, bytes);
            if (!line().isEmpty()) {
                throw new BadReplyException("a chunk of its answer is longer than it says");
            }
        }
    }

    /// All until the connection ends.
    private byte[] rest() throws IOException {
        var body = new ByteArrayOutputStream();
        do {
            room((long) body.size() + buffer.remaining());
            var part = new byte[buffer.remaining()];
            buffer.get(part);
            body.write(part, 0, part.length);
        } while (more());
        return body.toByteArray();
    }

    private void fill(byte[] body) throws IOException {
        for (int at = 0; at < body.length; ) {
            if (!buffer.hasRemaining() && !more()) {
                throw new EOFException("the connection ended within the answer");
            }
            int part = Math.min(buffer.remaining(), body.length - at);
            buffer.get(body, at, part);
            at += part;
        }
    }

    /// A line without its end, which may be a bare LF.
    private String line() throws IOException {
        var line = new byte[80];
        int length = 0;
        while (true) {
            if (!buffer.hasRemaining() && !more()) {
                throw new EOFException("the connection ended before the answer");
            }
            byte b = buffer.get();
            if (b == '\n') {
                int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
                return new String(line, 0, end, StandardCharsets.UTF_8);
            }
            if (--headLeft <= 0) {
                throw new BadReplyException("the head of its answer is too long");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = b;
        }
    }

    private boolean more() throws IOException {
        buffer.clear();
        try {
            int read;
            do {
                read = channel.read(buffer);
            } while (read == 0);
            return read > 0;
        } finally {
            buffer.flip();
        }
    }
}
