package dev.fern.process;

import dev.fern.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A process of a launcher's, at the other end of a connection. Its end is told behind its output, so it is known to
/// who
/// reads that.
final class RemoteChild implements Launcher.Child, Watch.Watched {
    private final SocketChannel connection;
    private final Path sockets;
    private final Watch watch;
    private final Metrics metrics;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile OptionalInt exit = OptionalInt.empty();
    private volatile @Nullable String guarded;
    private volatile boolean busy = true;
    private volatile boolean told = true;
    private volatile boolean killed;

    RemoteChild(SocketChannel connection, Path sockets, Watch watch, Metrics metrics) {
        this.connection = connection;
        this.sockets = sockets;
        this.watch = watch;
        this.metrics = metrics;
    }

    @Override
    public Path sockets() {
        return sockets;
    }

    @Override
    public InputStream output() {
        return new Output();
    }

    @Override
    public OptionalInt exit() {
        return exit;
    }

    @Override
    public @Nullable String guarded() {
        return guarded;
    }

    /// Told at once, but only if the launcher does not think so already: calls that follow each other cost nothing.
    @Override
    public void busy(boolean isBusy) {
        busy = isBusy;
        if (isBusy && !told) {
            tell(true);
        }
    }

    /// The launcher looks closely, this side only from time to time.
    @Override
    public boolean busy() {
        return false;
    }

    @Override
    public void look() {
        if (told && !busy) {
            tell(false);
        }
    }

    private synchronized void tell(boolean isBusy) {
        told = isBusy;
        try {
            if (!killed) {
                Frame.of(isBusy ? Frame.BUSY : Frame.IDLE).write(connection);
            }
        } catch (IOException e) {
            // it has ended, which who reads its output finds out
        }
        if (!isBusy && busy) {
            tell(true); // a call began meanwhile
        }
    }

    /// The end of the connection is that of the child.
    @Override
    public void kill() {
        killed = true;
        try {
            connection.shutdownOutput();
        } catch (IOException e) {
            // it has ended already
        }
    }

    @Override
    public boolean end(Duration most) {
        boolean all = false;
        boolean interrupted = false;
        long until = System.nanoTime() + most.toNanos();
        while (!all && System.nanoTime() < until) {
            try {
                all = ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        watch.remove(this);
        close();
        return all;
    }

    private void close() {
        try {
            connection.close();
        } catch (IOException e) {
            // it is of no use any more
        }
    }

    private void guard(String word, String why) {
        guarded = why;
        metrics.counter("fern_process_kills_total", "reason", word).increment();
    }

    /// Its output out of the frames, until the last one.
    private final class Output extends InputStream {
        private Frame frame = new Frame(Frame.OUTPUT, new byte[0]);
        private int at;

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            while (at == frame.bytes().length) {
                if (!next()) {
                    return -1;
                }
            }
            int part = Math.min(length, frame.bytes().length - at);
            System.arraycopy(frame.bytes(), at, into, from, part);
            at += part;
            return part;
        }

        private boolean next() {
            try {
                var read = Frame.read(connection);
                if (read != null && read.kind() == Frame.OUTPUT) {
                    frame = read;
                    at = 0;
                    return true;
                }
                if (read != null && read.kind() == Frame.EXIT) {
                    exited(read.words());
                } else {
                    lost();
                }
            } catch (IOException | NumberFormatException e) {
                lost();
            }
            ended.countDown();
            return false;
        }

        private void exited(String[] words) throws Frame.BadFrameException {
            if (words.length == 3) {
                guard(words[1], words[2]);
            } else if (words.length != 1) {
                throw new Frame.BadFrameException("no exit status");
            }
            exit = OptionalInt.of(Integer.parseInt(words[0]));
        }

        private void lost() {
            if (exit.isEmpty() && !killed) {
                guard("launcher", "the launcher that had started it has ended, or was stopped");
            }
            exit = OptionalInt.of(exit.orElse(-1));
            kill();
        }

        @Override
        public void close() {
            // the connection ends with the child
        }
    }
}
