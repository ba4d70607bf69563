package dev.fern.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Says what mosquitto never would: a broker of a few lines that answers as a test tells it to.
final class ScriptedBroker implements AutoCloseable {
    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int SUBSCRIBE = 8;

    /// A packet that came in: its type (MQTT 5, section 2.1.2) and all that follows the fixed header.
    record Packet(int type, List<Byte> body) {}

    private final ServerSocket server;
    final BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();
    final BlockingQueue<OutputStream> connections = new LinkedBlockingQueue<>();
    private final byte[] connackProperties;
    private final int subscribeReason;
    private volatile Socket last = new Socket();

    /// @param subscribeReason what each SUBSCRIBE gets
    /// @param connackProperties as they are on the wire (MQTT 5, section 3.2.2.3)
    ScriptedBroker(int subscribeReason, int... connackProperties) throws IOException {
        this.subscribeReason = subscribeReason;
        this.connackProperties = bytes(connackProperties);
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    String url() {
        return "mqtt://127.0.0.1:" + server.getLocalPort();
    }

    /// One PUBLISH of QoS 0 with these Subscription Identifiers, each below 128 bytes of seven bits.
    static byte[] publish(String topic, String text, List<Integer> identifiers) throws IOException {
        var properties = new ByteArrayOutputStream();
        for (int id : identifiers) {
            properties.write(0x0B);
            for (int rest = id; ; rest >>>= 7) {
                properties.write(rest > 0x7F ? rest & 0x7F | 0x80 : rest);
                if (rest <= 0x7F) {
                    break;
                }
            }
        }
        var body = new ByteArrayOutputStream();
        body.write(0);
        body.write(topic.length());
        body.writeBytes(topic.getBytes(StandardCharsets.US_ASCII));
        body.write(properties.size());
        body.writeBytes(properties.toByteArray());
        body.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return packet(PUBLISH << 4, body.toByteArray());
    }

    private void serve() {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                last = socket;
                answer(new DataInputStream(socket.getInputStream()), socket.getOutputStream());
            } catch (IOException e) {
                // the client or the test has hung up
            }
        }
    }

    private void answer(DataInputStream in, OutputStream out) throws IOException {
        while (true) {
            int first = in.readUnsignedByte();
            var body = in.readNBytes(length(in));
            packets.add(new Packet(first >>> 4, boxed(body)));
            switch (first >>> 4) {
                case CONNECT -> {
                    var connack = new ByteArrayOutputStream();
                    connack.writeBytes(bytes(0, 0, connackProperties.length));
                    connack.writeBytes(connackProperties);
                    out.write(packet(0x20, connack.toByteArray()));
                    connections.add(out);
                }
                case PUBLISH -> {
                    int topic = (body[0] & 0xFF) << 8 | body[1] & 0xFF;
                    out.write(packet(PUBACK << 4, bytes(body[2 + topic], body[3 + topic])));
                }
                case SUBSCRIBE -> out.write(packet(0x90, bytes(body[0], body[1], 0, subscribeReason)));
                default -> {}
            }
            out.flush();
        }
    }

    private static int length(DataInputStream in) throws IOException {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.readUnsignedByte();
            length |= (next & 0x7F) << shift;
            if (next < 0x80) {
                return length;
            }
        }
    }

    private static byte[] packet(int first, byte[] body) {
        var out = new ByteArrayOutputStream();
        out.write(first);
        out.write(body.length);
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static List<Byte> boxed(byte[] bytes) {
        var boxed = new ArrayList<Byte>(bytes.length);
        for (byte b : bytes) {
            boxed.add(b);
        }
        return boxed;
    }

    @Override
    public void close() throws IOException {
        server.close();
        last.close();
    }
}
