package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplyReaderTest {
    private static final int MOST = 1000;

    private static ReplyReader reader(String text) {
        var bytes = text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        return new ReplyReader(Channels.newChannel(new ByteArrayInputStream(bytes)), MOST);
    }

    private static Reply read(String text) throws IOException {
        return reader(text).read();
    }

    @Test
    void answersComeOneAfterTheOther() throws Exception {
        var reader = reader("HTTP/1.1 200 OK\nContent-Length: 2\nX: a\nX: b\n\nhi"
                + "HTTP/1.1 100 Continue\n\nHTTP/1.1 502 Bad\nTransfer-Encoding: chunked\n\n3;ext=1\nabc\n2\nde\n0\nTrailer: x\n\n"
                + "HTTP/1.1 204 No Content\n\n");

        var first = reader.read();
        assertThat(first.headers().all("x")).containsExactly("a", "b");
        assertThat(new String(first.body(), StandardCharsets.UTF_8)).isEqualTo("hi");
        var second = reader.read();
        assertThat(second.status()).isEqualTo(502);
        assertThat(new String(second.body(), StandardCharsets.UTF_8)).isEqualTo("abcde");
        assertThat(second.keep()).isTrue();
        assertThat(reader.read().body()).isEmpty();
        assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
    }

    @Test
    void withoutALengthTheEndOfTheConnectionIsTheEnd() throws Exception {
        var reply = read("HTTP/1.0 200 OK\n\nall of it");

        assertThat(new String(reply.body(), StandardCharsets.UTF_8)).isEqualTo("all of it");
        assertThat(reply.keep()).isFalse();
        assertThat(read("HTTP/1.1 200 OK\nConnection: Close\nContent-Length: 0\n\n")
                        .keep())
                .isFalse();
    }

    @Test
    void aBodyOverTheLimitIsRefusedHoweverItComes() {
        for (var text : new String[] {
            "HTTP/1.1 200 OK\nContent-Length: 1001\n\n",
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3e9\n",
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3e8\n" + "x".repeat(1000) + "\n1\nx\n0\n\n",
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nffffffff\n",
            "HTTP/1.1 200 OK\n\n" + "x".repeat(1001),
        }) {
            assertThatThrownBy(() -> read(text))
                    .as(text)
                    .isInstanceOf(ReplyReader.BadReplyException.class)
                    .hasMessageContaining("larger");
        }
    }

    /// Anything may come, in pieces of any size: it ends with a reply or an IOException, and soon.
    @Test
    void noGarbageGetsThrough() {
        var random = new Random(7);
        var good = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        for (int i = 0; i < 20_000; i++) {
            var bytes = good.getBytes(StandardCharsets.ISO_8859_1);
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                var reply = new ReplyReader(new InPieces(bytes, random), MOST).read();
                assertThat(reply.body().length).isLessThanOrEqualTo(MOST);
            } catch (IOException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    private static final class InPieces implements ReadableByteChannel {
        private final ByteBuffer bytes;
        private final Random random;

        InPieces(byte[] bytes, Random random) {
            this.bytes = ByteBuffer.wrap(bytes);
            this.random = random;
        }

        @Override
        public int read(ByteBuffer into) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int part = Math.min(1 + random.nextInt(bytes.remaining()), into.remaining());
            into.put(bytes.slice(bytes.position(), part));
            bytes.position(bytes.position() + part);
            return part;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
