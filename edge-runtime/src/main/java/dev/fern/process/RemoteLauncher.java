package dev.fern.process;

import dev.fern.Metrics;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Has processes started by a [LauncherServer], over its socket: for a daemon that may do less than that.
final class RemoteLauncher implements Launcher {
    private final Path socket;
    private final Metrics metrics;
    private final List<String> guards = new ArrayList<>();
    private final Watch watch = new Watch();

    /// @throws IOException why it cannot be used
    RemoteLauncher(Path socket, Metrics metrics) throws IOException {
        this.socket = socket;
        this.metrics = metrics;
        guards.add("started by: the launcher at " + socket);
        guards.addAll(List.of(ask()));
        metrics.gauge(watch::size, "fern_processes");
        watch.start();
    }

    private String[] ask() throws IOException {
        try (var connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Frame.of(Frame.GUARDS, Frame.VERSION).write(connection);
            return answer(connection, Frame.GUARDS);
        }
    }

    private static String[] answer(SocketChannel connection, byte wanted) throws IOException {
        var answer = Frame.read(connection);
        if (answer == null) {
            throw new EOFException("nothing; may this user ask it? (--for)");
        }
        var words = answer.words();
        if (answer.kind() == Frame.FAILED && words.length == 1) {
            throw new IOException(words[0]);
        }
        if (answer.kind() != wanted) {
            throw new Frame.BadFrameException("something else than asked for");
        }
        return words;
    }

    @Override
    public Child start(Order order) throws IOException {
        var connection = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        try {
            var words = new ArrayList<>(OrderWords.of(order));
            words.addFirst(Frame.VERSION);
            Frame.of(Frame.ORDER, words.toArray(String[]::new)).write(connection);
            var started = answer(connection, Frame.STARTED);
            if (started.length != 1) {
                throw new Frame.BadFrameException("no folder");
            }
            var child = new RemoteChild(connection, Path.of(started[0]), watch, metrics);
            watch.add(child);
            metrics.counter("fern_process_starts_total").increment();
            return child;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public List<String> guards() {
        return List.copyOf(guards);
    }

    @Override
    public void close() {
        watch.close();
    }
}
