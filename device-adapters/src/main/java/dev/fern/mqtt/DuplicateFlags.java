package dev.fern.mqtt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/// Notes the packet ids of messages that a broker sends again (MQTT 5, section 3.3.1.1): Paho 1.2.5 reads the flag and
/// does not hand it on. Looks at headers only. One thread.
final class DuplicateFlags extends FilterInputStream {
    /// PUBLISH with DUP, of any QoS, retained or not.
    private static final int PUBLISH_AGAIN = 0x38;

    private static final int TYPE_AND_DUP = 0xF8;
    private static final int QOS = 0x06;

    /// The byte that comes next.
    private enum Next {
        FIRST,
        LENGTH,
        TOPIC_HIGH,
        TOPIC_LOW,
        ID_HIGH,
        ID_LOW
    }

    private final Set<Integer> ids;
    private Next next = Next.FIRST;
    /// Bytes that are passed over before it.
    private int pass;

    private int first;
    private int length;
    private int shift;
    private int topic;
    private int id;

    /// @param ids gets each before the message can be read to its end
    DuplicateFlags(InputStream in, Set<Integer> ids) {
        super(in);
        this.ids = ids;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        if (read >= 0) {
            look(read);
        }
        return read;
    }

    @Override
    public int read(byte[] bytes, int start, int most) throws IOException {
        int read = in.read(bytes, start, most);
        for (int i = 0; i < read; i++) {
            int passed = Math.min(pass, read - i - 1);
            pass -= passed;
            i += passed;
            look(bytes[start + i] & 0xFF);
        }
        return read;
    }

    private void look(int read) {
        if (pass > 0) {
            pass--;
            return;
        }
        switch (next) {
            case FIRST -> {
                first = read;
                length = 0;
                shift = 0;
                next = Next.LENGTH;
            }
            case LENGTH -> {
                length |= (read & 0x7F) << shift;
                shift += 7;
                if (read < 0x80) {
                    head();
                }
            }
            case TOPIC_HIGH -> {
                topic = read << 8;
                next = Next.TOPIC_LOW;
            }
            case TOPIC_LOW -> {
                topic |= read;
                pass = topic;
                next = Next.ID_HIGH;
            }
            case ID_HIGH -> {
                id = read << 8;
                next = Next.ID_LOW;
            }
            case ID_LOW -> {
                ids.add(id | read);
                pass = Math.max(0, length - topic - 4);
                next = Next.FIRST;
            }
        }
    }

    private void head() {
        boolean again = (first & TYPE_AND_DUP) == PUBLISH_AGAIN && (first & QOS) != 0;
        next = again ? Next.TOPIC_HIGH : Next.FIRST;
        pass = again ? 0 : length;
    }
}
