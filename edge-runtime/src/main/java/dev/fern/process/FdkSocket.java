package dev.fern.process;

import dev.fern.Headers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// The platform's side of Fn's contract with a function (`http-stream`): `POST /call` over the Unix socket that the
/// function made, one at a time. One thread; only [#close] comes from another.
final class FdkSocket implements AutoCloseable {
    /// After so long without a call a new connection is made, as an Fn server does: the other end may close its end at
    /// any time, and a call that meets that would be lost.
    static final long IDLE_MS = 1000;

    private static final String NAME = "lsnr.sock";

    private final Path folder;
    private final int answerBytes;
    private volatile @Nullable SocketChannel channel;
    private @Nullable ReplyReader reader;
    private final RequestWriter request = new RequestWriter();
    private long usedNanos;
    private volatile boolean closed;

    /// @param folder in which the function makes its socket
    FdkSocket(Path folder, int answerBytes) {
        this.folder = folder;
        this.answerBytes = answerBytes;
    }

    /// Whether the function listens.
    ///
    /// @throws IOException if what it made is no socket of its own
    boolean connect() throws IOException {
        if (channel != null) {
            return true;
        }
        var socket = socket();
        if (socket == null) {
            return false;
        }
        SocketChannel made;
        try {
            made = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
            return false; // bound, and not yet listening
        }
        // between the look at the socket and this, the function may have put another one there
        var peer = made.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(Files.getOwner(folder))) {
            made.close();
            throw new IOException("its socket belongs to user " + peer.getName());
        }
        channel = made;
        reader = new ReplyReader(made, answerBytes);
        usedNanos = System.nanoTime();
        if (closed) {
            made.close();
        }
        return true;
    }

    /// The file itself, or what it points to in the same folder; null if it is not there (yet).
    private @Nullable Path socket() throws IOException {
        var file = folder.resolve(NAME);
        try {
            if (attributes(file).isSymbolicLink()) {
                var target = Files.readSymbolicLink(file);
                if (target.isAbsolute()
                        || target.getNameCount() != 1
                        || target.toString().equals("..")) {
                    throw new IOException("its socket is a symlink to " + target + ", which is elsewhere");
                }
                file = folder.resolve(target);
            }
            if (!attributes(file).isOther()) {
                throw new IOException("what it made at " + Recipe.SOCKETS + "/" + NAME + " is no socket");
            }
            return file;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static PosixFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /// Sends one call and waits for its answer, for as long as it takes; [#close] ends the waiting.
    Reply call(Headers headers, byte[] body) throws IOException {
        if (System.nanoTime() - usedNanos > IDLE_MS * 1_000_000) {
            drop();
        }
        if (!connect()) {
            throw new IOException("it does not listen any more");
        }
        var connection = channel;
        var answers = reader;
        if (connection == null || answers == null) {
            throw new IOException("closed");
        }
        request.send(connection, headers, body);
        var reply = answers.read();
        usedNanos = System.nanoTime();
        if (!reply.keep()) {
            drop();
        }
        return reply;
    }

    private void drop() {
        var connection = channel;
        channel = null;
        reader = null;
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (IOException e) {
            // it is of no use any more
        }
    }

    @Override
    public void close() {
        closed = true;
        var connection = channel;
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (IOException e) {
            // it is of no use any more
        }
    }
}
