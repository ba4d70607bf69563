package dev.fern.process;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// One connection to a launcher, from its first frame to its end: one child, or one question. A thread of its own; a
/// second
/// one carries the child's output.
final class Served implements Runnable {
    private static final int OUTPUT_BYTES = 8 << 10;
    private static final System.Logger LOG = System.getLogger("fern.process");

    /// Where children come from.
    interface Source {
        /// @throws IOException why it cannot be started, in words for an operator
        LocalChild start(Order order) throws IOException;

        /// @throws IOException why nothing can be started
        List<String> guards() throws IOException;
    }

    private final SocketChannel connection;
    private final Source source;
    private volatile boolean asked;

    Served(SocketChannel connection, Source source) {
        this.connection = connection;
        this.source = source;
    }

    /// Whether it has said what it wants.
    boolean asked() {
        return asked;
    }

    @Override
    public void run() {
        try (connection) {
            var first = Frame.read(connection);
            if (first == null) {
                return;
            }
            asked = true;
            answer(first);
        } catch (Frame.BadFrameException e) {
            LOG.log(System.Logger.Level.WARNING, "a connection made no sense and was ended: {0}", e.getMessage());
        } catch (IOException e) {
            // it is gone, and its child with it
        }
    }

    private void answer(Frame first) throws IOException {
        var words = Arrays.asList(first.words());
        if (first.kind() != Frame.GUARDS && first.kind() != Frame.ORDER) {
            throw new Frame.BadFrameException("the first frame is neither a question nor an order");
        }
        if (words.isEmpty() || !words.getFirst().equals(Frame.VERSION)) {
            Frame.of(Frame.FAILED, "the launcher speaks another version: restart fern-process")
                    .write(connection);
            return;
        }
        if (first.kind() == Frame.GUARDS) {
            guards();
            return;
        }
        LocalChild child;
        try {
            child = source.start(OrderWords.read(words.subList(1, words.size())));
        } catch (Frame.BadFrameException e) {
            throw e;
        } catch (IOException e) {
            Frame.of(Frame.FAILED, String.valueOf(e.getMessage())).write(connection);
            return;
        }
        serve(child);
    }

    private void guards() throws IOException {
        Frame answer;
        try {
            answer = Frame.of(Frame.GUARDS, source.guards().toArray(String[]::new));
        } catch (IOException e) {
            answer = Frame.of(Frame.FAILED, String.valueOf(e.getMessage()));
        }
        answer.write(connection);
    }

    private void serve(LocalChild child) throws IOException {
        Thread output;
        try {
            Frame.of(Frame.STARTED, child.sockets().toString()).write(connection);
            output = Thread.ofPlatform()
                    .name("fern-launcher-output")
                    .daemon(true)
                    .start(() -> output(child));
            obey(child);
        } finally {
            child.kill();
            if (!child.end(ProcessInstance.END)) {
                LOG.log(System.Logger.Level.WARNING, "a process did not end when killed");
            }
        }
        join(output);
        last(child);
    }

    /// Until the daemon ends the connection, or the child it.
    private void obey(LocalChild child) throws IOException {
        while (Frame.read(connection) instanceof Frame frame) {
            switch (frame.kind()) {
                case Frame.BUSY -> child.busy(true);
                case Frame.IDLE -> child.busy(false);
                default -> throw new Frame.BadFrameException("a frame of an unknown kind " + frame.kind());
            }
        }
    }

    private void output(LocalChild child) {
        var buffer = new byte[OUTPUT_BYTES];
        boolean heard = true;
        try (var in = child.output()) {
            for (int read; (read = in.read(buffer)) >= 0; ) {
                heard = heard && send(buffer, read);
            }
        } catch (IOException e) {
            // it is gone
        }
        try {
            child.awaitExit();
            connection.shutdownInput(); // so that it is not waited for any longer
        } catch (IOException | InterruptedException e) {
            // the other thread knows
        }
    }

    /// What is not taken is dropped, so that the child goes on to its end.
    private boolean send(byte[] buffer, int length) {
        try {
            Frame.write(connection, Frame.OUTPUT, buffer, length);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void join(Thread output) throws IOException {
        try {
            if (!output.join(ProcessInstance.END)) {
                throw new IOException("nobody takes its output");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void last(LocalChild child) throws IOException {
        var status = child.exit();
        var words = new ArrayList<String>(List.of(String.valueOf(orNone(status))));
        if (child.guarded() instanceof String why && child.reason() instanceof String word) {
            words.addAll(List.of(word, why));
        }
        Frame.of(Frame.EXIT, words.toArray(String[]::new)).write(connection);
    }

    private static int orNone(OptionalInt status) {
        return status.orElse(-1);
    }
}
