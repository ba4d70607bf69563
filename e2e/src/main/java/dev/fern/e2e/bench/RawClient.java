package dev.fern.e2e.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.net.ExtendedSocketOptions;

/// As little of an MQTT 5 client as measuring needs (OASIS MQTT 5.0, section 3): QoS 0 and 1, no keep-alive,
/// no TLS, TCP_NODELAY and TCP_QUICKACK, one write for many packets. A full client would take as much of the
/// machine as what it measures.
///
/// Publishes on the caller's thread; hears on a thread of its own and acknowledges by itself.
final class RawClient implements AutoCloseable {
    private static final int BUFFER = 64 << 10;
    private static final int ANSWER_S = 10;
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int SUBACK = 9;

    /// Hears the bodies of messages, on the client's thread. The buffer is only good until it returns.
    interface Listener {
        void received(ByteBuffer body);
    }

    private final Socket socket;
    private final Listener listener;
    private final ByteBuffer out = ByteBuffer.allocate(BUFFER);
    private final CompletableFuture<Integer> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private final Semaphore credit = new Semaphore(0);
    private int packetId;

    /// Connects to a broker on this machine.
    RawClient(int port, String clientId, Listener listener) throws IOException, InterruptedException {
        this.listener = listener;
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        Thread.ofPlatform().name("bench-" + clientId).daemon(true).start(this::read);
        var id = clientId.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            out.put((byte) 0x10).put((byte) (13 + id.length));
            out.putShort((short) 4)
                    .put("MQTT".getBytes(StandardCharsets.US_ASCII))
                    .put((byte) 5);
            out.put((byte) 2).putShort((short) 0).put((byte) 0); // clean start, no keep-alive, no properties
            out.putShort((short) id.length).put(id);
        }
        flush();
        credit.release(answer(connected));
    }

    /// Subscribes; to be called once.
    void subscribe(String filter, int qos) throws IOException, InterruptedException {
        var topic = filter.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            out.put((byte) 0x82)
                    .put((byte) (6 + topic.length))
                    .putShort((short) 1)
                    .put((byte) 0);
            out.putShort((short) topic.length).put(topic).put((byte) qos);
        }
        flush();
        answer(subscribed);
    }

    private static <T> T answer(CompletableFuture<T> future) throws IOException, InterruptedException {
        try {
            return future.get(ANSWER_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the broker did not answer", e);
        }
    }

    /// Writes a message, which leaves with the next [#flush]. With QoS 1 it waits while the broker's Receive
    /// Maximum is taken.
    void publish(byte[] topic, int qos, byte[] body) throws IOException, InterruptedException {
        if (qos > 0 && !credit.tryAcquire()) {
            flush();
            credit.acquire();
        }
        int length = 2 + topic.length + 2 * qos + 1 + body.length;
        if (length > 16_383) {
            throw new IllegalArgumentException("a length of three bytes is more than this client can write");
        }
        synchronized (this) {
            if (out.remaining() < length + 3) {
                flush();
            }
            out.put((byte) (0x30 | qos << 1));
            out.put((byte) (length & 0x7F | 0x80)).put((byte) (length >> 7)); // two bytes even where one would do
            out.putShort((short) topic.length).put(topic);
            if (qos > 0) {
                packetId = packetId % 65_535 + 1;
                out.putShort((short) packetId);
            }
            out.put((byte) 0).put(body);
        }
    }

    /// Hands everything over to the kernel.
    synchronized void flush() throws IOException {
        if (out.position() > 0) {
            OutputStream stream = socket.getOutputStream();
            stream.write(out.array(), 0, out.position());
            out.clear();
        }
    }

    private void read() {
        var in = ByteBuffer.allocate(BUFFER);
        try {
            InputStream stream = socket.getInputStream();
            while (true) {
                int count = stream.read(in.array(), in.position(), in.remaining());
                // the broker sends with Nagle's algorithm, and would wait up to 40 ms for our delayed ACK
                socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
                if (count < 0) {
                    throw new EOFException("the broker hung up");
                }
                in.position(in.position() + count).flip();
                while (takePacket(in)) {}
                in.compact();
                flush();
            }
        } catch (IOException e) {
            connected.completeExceptionally(e);
            subscribed.completeExceptionally(e);
        }
    }

    /// @return false if the packet is not all there yet
    private boolean takePacket(ByteBuffer in) throws IOException {
        in.mark();
        if (in.remaining() < 2) {
            return false;
        }
        int first = in.get() & 0xFF;
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            if (!in.hasRemaining()) {
                in.reset();
                return false;
            }
            int digit = in.get();
            length |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                break;
            }
        }
        if (in.remaining() < length) {
            in.reset();
            return false;
        }
        take(first, in.slice(in.position(), length));
        in.position(in.position() + length);
        return true;
    }

    private void take(int first, ByteBuffer packet) throws IOException {
        switch (first >> 4) {
            case CONNACK -> {
                if (packet.get(1) != 0) {
                    throw new IOException("the broker refused with reason " + (packet.get(1) & 0xFF));
                }
                connected.complete(receiveMaximum(packet.position(2)));
            }
            case SUBACK -> {
                if ((packet.get(packet.limit() - 1) & 0xFF) >= 0x80) {
                    throw new IOException("the broker refused the subscription");
                }
                subscribed.complete(null);
            }
            case PUBACK -> credit.release();
            case PUBLISH -> takeMessage(first >> 1 & 3, packet);
            default -> throw new IOException("the broker sent a packet of type " + (first >> 4));
        }
    }

    private void takeMessage(int qos, ByteBuffer packet) throws IOException {
        packet.position(2 + packet.getShort(0));
        int id = qos == 0 ? 0 : packet.getShort() & 0xFFFF;
        int properties = packet.get();
        if (properties < 0) {
            throw new IOException("more properties than this client expects");
        }
        listener.received(packet.position(packet.position() + properties));
        if (qos > 0) {
            acknowledge(id);
        }
    }

    private synchronized void acknowledge(int id) throws IOException {
        if (out.remaining() < 4) {
            flush();
        }
        out.put((byte) 0x40).put((byte) 2).putShort((short) id);
    }

    /// Of the properties in CONNACK (section 3.2.2.3); 65,535 if it is not among them.
    private static int receiveMaximum(ByteBuffer packet) throws IOException {
        int length = packet.get();
        for (int end = packet.position() + length; packet.position() < end; ) {
            int property = packet.get();
            switch (property) {
                case 0x21 -> {
                    return packet.getShort() & 0xFFFF;
                }
                case 0x24, 0x25, 0x28, 0x29, 0x2A -> packet.get();
                case 0x13, 0x22 -> packet.getShort();
                case 0x11, 0x27 -> packet.getInt();
                default -> throw new IOException("CONNACK has property " + property);
            }
        }
        return 65_535;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
