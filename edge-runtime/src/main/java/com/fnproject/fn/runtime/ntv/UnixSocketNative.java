package com.fnproject.fn.runtime.ntv;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands before the FDK's class of this name on the class path of a Java function that has a process of its own. The
/// FDK's loads a library that is only in Fn's base image; this one does the same with the JDK's sockets. The rest of
/// the FDK is as it is published. Refers to nothing else of Fern, and is never loaded by the daemon.
@SuppressWarnings("unused") // called by the FDK's own classes
final class UnixSocketNative {
    private static final AtomicInteger NEXT = new AtomicInteger(1);
    private static final Map<Integer, Channel> OPEN = new ConcurrentHashMap<>();

    private UnixSocketNative() {}

    public static int socket() {
        return NEXT.getAndIncrement();
    }

    public static void bind(int socket, String path) throws UnixSocketException {
        try {
            OPEN.put(
                    socket,
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)));
        } catch (IOException e) {
            throw failed("bind " + path, e);
        }
    }

    public static void connect(int socket, String path) throws IOException {
        OPEN.put(socket, SocketChannel.open(UnixDomainSocketAddress.of(path)));
    }

    public static void listen(int socket, int backlog) {
        // bound is listening
    }

    /// Waits for as long as it takes: the process is killed when it shall end.
    public static int accept(int socket, long timeoutMs) throws IOException {
        if (!(OPEN.get(socket) instanceof ServerSocketChannel server)) {
            throw new UnixSocketException("accept on a closed socket");
        }
        int accepted = socket();
        OPEN.put(accepted, server.accept());
        return accepted;
    }

    /// How many bytes came, or -1 at the end.
    public static int recv(int socket, byte[] buffer, int offset, int length) throws IOException {
        return connection(socket).read(ByteBuffer.wrap(buffer, offset, length));
    }

    public static int send(int socket, byte[] buffer, int offset, int length) throws IOException {
        return connection(socket).write(ByteBuffer.wrap(buffer, offset, length));
    }

    private static SocketChannel connection(int socket) throws UnixSocketException {
        if (OPEN.get(socket) instanceof SocketChannel connection) {
            return connection;
        }
        throw new UnixSocketException("closed");
    }

    public static void close(int socket) throws UnixSocketException {
        try (var closing = OPEN.remove(socket)) {
            // closed by leaving
        } catch (IOException e) {
            throw failed("close", e);
        }
    }

    public static void shutdown(int socket, boolean input, boolean output) throws UnixSocketException {
        try {
            if (input) {
                connection(socket).shutdownInput();
            }
            if (output) {
                connection(socket).shutdownOutput();
            }
        } catch (UnixSocketException e) {
            throw e;
        } catch (IOException e) {
            throw failed("shutdown", e);
        }
    }

    private static UnixSocketException failed(String what, IOException cause) {
        var failed = new UnixSocketException(what + ": " + cause.getMessage());
        failed.initCause(cause);
        return failed;
    }

    // the platform sets the limits of a call, so these have nothing to do

    public static void setSendTimeout(int socket, int ms) {}

    public static int getSendTimeout(int socket) {
        return 0;
    }

    public static void setRecvTimeout(int socket, int ms) {}

    public static int getRecvTimeout(int socket) {
        return 0;
    }

    public static void setSendBufSize(int socket, int bytes) {}

    public static void setRecvBufSize(int socket, int bytes) {}
}
