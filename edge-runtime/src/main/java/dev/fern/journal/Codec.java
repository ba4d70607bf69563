package dev.fern.journal;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Payload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events as bytes in the journal.
///
/// ```
/// event:      0x01 id source type subject time:i64 ns:i32 contentType extensions headers data
/// text:       length:i32 UTF-8          (length -1: null)
/// extensions: count:i32 (name:text value:text)*
/// headers:    count:i32 (name:text value:text)*
/// data:       length:i32 bytes
/// deliveries: 0x01 count:i32 (target:text flags:u8 event)*      (flags: 1 once, 2 lost)
/// ```
/// All numbers big-endian. A later layout gets another first byte.
final class Codec {
    private static final int LAYOUT = 1;
    private static final int ONCE = 1;
    private static final int LOST = 2;

    private Codec() {}

    static byte[] event(Event event) {
        return write(out -> put(out, event));
    }

    /// How many bytes [#event] makes of it.
    static int size(Event event) {
        var size = new int[] {1 + 8 + 4 + 4 + 4 + 4 + event.data().size()};
        for (var text : new @Nullable String[] {
            event.id(), event.source(), event.type(), event.subject(), event.dataContentType()
        }) {
            size[0] += size(text);
        }
        event.extensions().forEach((name, value) -> size[0] += size(name) + size(value));
        event.headers().forEach((name, value) -> size[0] += size(name) + size(value));
        return size[0];
    }

    private static int size(@Nullable String text) {
        return 4 + (text == null ? 0 : Payload.of(text).size());
    }

    static Event event(byte[] bytes) throws IOException {
        return event(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    static byte[] deliveries(List<Delivery> deliveries) {
        return write(out -> {
            out.writeByte(LAYOUT);
            out.writeInt(deliveries.size());
            for (var delivery : deliveries) {
                text(out, delivery.target());
                out.writeByte((delivery.once() ? ONCE : 0) | (delivery.lost() ? LOST : 0));
                put(out, delivery.message());
            }
        });
    }

    static List<Delivery> deliveries(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        layout(in);
        int count = in.readInt();
        var deliveries = new ArrayList<Delivery>();
        for (int i = 0; i < count; i++) {
            var target = text(in);
            int flags = in.readByte();
            deliveries.add(new Delivery(target, event(in), (flags & ONCE) != 0, (flags & LOST) != 0));
        }
        return deliveries;
    }

    private static void put(DataOutputStream out, Event event) throws IOException {
        out.writeByte(LAYOUT);
        text(out, event.id());
        text(out, event.source());
        text(out, event.type());
        text(out, event.subject());
        out.writeLong(event.time().getEpochSecond());
        out.writeInt(event.time().getNano());
        text(out, event.dataContentType());
        out.writeInt(event.extensions().size());
        for (var extension : event.extensions().entrySet()) {
            text(out, extension.getKey());
            text(out, extension.getValue());
        }
        var headers = new ArrayList<String>();
        event.headers().forEach((name, value) -> {
            headers.add(name);
            headers.add(value);
        });
        out.writeInt(headers.size() / 2);
        for (var text : headers) {
            text(out, text);
        }
        out.writeInt(event.data().size());
        out.write(event.data().bytes());
    }

    private static Event event(DataInputStream in) throws IOException {
        layout(in);
        var id = text(in);
        var source = text(in);
        var type = text(in);
        var subject = textOrNull(in);
        var time = Instant.ofEpochSecond(in.readLong(), in.readInt());
        var contentType = textOrNull(in);
        var extensions = new HashMap<String, String>();
        for (int i = in.readInt(); i > 0; i--) {
            extensions.put(text(in), text(in));
        }
        var headers = Headers.builder();
        for (int i = in.readInt(); i > 0; i--) {
            headers.add(text(in), text(in));
        }
        return new Event(
                id, source, type, subject, time, contentType, extensions, headers.build(), Payload.of(bytes(in)));
    }

    private static void layout(DataInputStream in) throws IOException {
        int layout = in.readByte();
        if (layout != LAYOUT) {
            throw new IOException("layout " + layout + " of a call is unknown here");
        }
    }

    private static void text(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        var bytes = Payload.of(text).bytes();
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        var text = textOrNull(in);
        if (text == null) {
            throw new IOException("a text is missing");
        }
        return text;
    }

    private static @Nullable String textOrNull(DataInputStream in) throws IOException {
        in.mark(4);
        if (in.readInt() == -1) {
            return null;
        }
        in.reset();
        return Payload.of(bytes(in)).text();
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a length of " + length + " is beyond the end");
        }
        return in.readNBytes(length);
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] write(Writing writing) {
        var bytes = new ByteArrayOutputStream(512);
        try {
            writing.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
        return bytes.toByteArray();
    }
}
