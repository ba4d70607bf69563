package dev.fern.process;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What crosses the socket between a daemon and a launcher: one byte that says what it is, the number of bytes that
/// follow in four (big endian), and these.
///
/// ```
/// daemon                                         launcher
///   GUARDS version ───────────────────────────────►
///   ◄──────────────────── GUARDS phrases, or FAILED why
///
///   ORDER version, order ─────────────────────────►     a connection of its own for each child
///   ◄──────────────────── STARTED folder, or FAILED why
///   BUSY, IDLE ───────────────────────────────────►     when that changes
///   ◄──────────────────────────── OUTPUT bytes, ...
///   (end) ────────────────────────────────────────►     kills the child, if it still runs
///   ◄────────────────────── EXIT status, word, why      the last one
///   ◄──────────────────────────────────────── (end)     nothing of the child is left
/// ```
///
/// Nobody shares a connection, so whatever goes wrong on one, it is the end of one child.
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Frame(byte kind, byte[] bytes) {
    /// The largest one, in bytes: an order with all its environment.
    static final int MOST = 1 << 20;

    /// Changes with anything above: daemon and launcher are of one version, but for the minutes of an upgrade.
    static final String VERSION = "1";

    static final byte GUARDS = 'g';
    static final byte ORDER = 'o';
    static final byte BUSY = 'b';
    static final byte IDLE = 'i';
    static final byte STARTED = 's';
    static final byte FAILED = 'f';
    static final byte OUTPUT = 'p';
    static final byte EXIT = 'x';

    private static final int HEAD = 5;

    /// What came makes no sense.
    static final class BadFrameException extends IOException {
        BadFrameException(String message) {
            super(message);
        }
    }

    static Frame of(byte kind, String... words) {
        return new Frame(kind, Words.join(words));
    }

    /// Those of [#of].
    String[] words() throws BadFrameException {
        return Words.split(bytes);
    }

    /// The next one, or null if the connection ended before it.
    static @Nullable Frame read(ReadableByteChannel from) throws IOException {
        var head = ByteBuffer.allocate(HEAD);
        if (from.read(head) < 0) {
            return null;
        }
        fill(from, head);
        byte kind = head.get(0);
        int length = head.getInt(1);
        if (length < 0 || length > MOST) {
            throw new BadFrameException("a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        var bytes = new byte[length];
        fill(from, ByteBuffer.wrap(bytes));
        return new Frame(kind, bytes);
    }

    private static void fill(ReadableByteChannel from, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (from.read(buffer) < 0) {
                throw new EOFException("the connection ended within a frame");
            }
        }
    }

    void write(WritableByteChannel to) throws IOException {
        write(to, kind, bytes, bytes.length);
    }

    /// A frame with the first ones of these bytes.
    static void write(WritableByteChannel to, byte kind, byte[] bytes, int length) throws IOException {
        var whole = ByteBuffer.allocate(HEAD + length);
        whole.put(kind).putInt(length).put(bytes, 0, length).flip();
        while (whole.hasRemaining()) {
            to.write(whole);
        }
    }

    /// Texts behind each other, each ended by a NUL, which no text of ours may have: bubblewrap's arguments are
    /// separated by it.
    private static final class Words {
        static byte[] join(String... words) {
            var joined = new StringBuilder();
            for (var word : words) {
                joined.append(word.replace('\0', ' ')).append('\0');
            }
            return joined.toString().getBytes(StandardCharsets.UTF_8);
        }

        static String[] split(byte[] bytes) throws BadFrameException {
            if (bytes.length > 0 && bytes[bytes.length - 1] != 0) {
                throw new BadFrameException("a frame whose last text has no end");
            }
            var parts = new String(bytes, StandardCharsets.UTF_8).split("\0", -1);
            return Arrays.copyOf(parts, parts.length - 1);
        }
    }
}
