package dev.fern.e2e.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Sends messages to a contender and hears what comes out of it, over two connections. One caller at a time.
///
/// ```
/// body: run:i32 number:i32 nanos:i64 filler, 64 bytes in all
/// ```
final class Load implements AutoCloseable {
    private static final int BODY = 64;
    private static final int KNOCK = 0;
    private static final int BURST = 32;
    private static final long PATIENCE_S = 30;
    private static final int KNOCK_MS = 50;

    /// What a run gave.
    ///
    /// @param sent messages
    /// @param lost of those, how many did not come back within 5 s of the last one
    /// @param duplicated how many came back more than once
    /// @param perSecond messages that came back in a second, warm-up not counted
    /// @param nanos from publishing to hearing, of each that came back, sorted
    record Result(int sent, int lost, int duplicated, double perSecond, long[] nanos) {
        /// A percentile of the latencies in milliseconds, nearest rank.
        double ms(double percent) {
            int rank = (int) Math.ceil(percent / 100 * nanos.length);
            return nanos.length == 0 ? Double.NaN : nanos[Math.max(0, rank - 1)] / 1e6;
        }
    }

    /// A run under way. Only the client's thread writes to it until all permits are back.
    private static final class Run {
        final int id;
        final Semaphore window;
        final long from;
        final long until;
        final BitSet seen = new BitSet();
        long[] nanos = new long[1024];
        int received;
        int duplicated;
        int counted;

        Run(int id, int window, long from, long until) {
            this.id = id;
            this.window = new Semaphore(window);
            this.from = from;
            this.until = until;
        }

        synchronized void received(int number, long sentNanos, long now) {
            if (seen.get(number)) {
                duplicated++;
                return;
            }
            seen.set(number);
            if (received == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * received);
            }
            nanos[received++] = now - sentNanos;
            counted += now >= from && now < until ? 1 : 0;
            window.release();
        }

        synchronized Result result(int sent) {
            var sorted = Arrays.copyOf(nanos, received);
            Arrays.sort(sorted);
            return new Result(sent, sent - received, duplicated, counted * 1e9 / (until - from), sorted);
        }
    }

    private final Contender contender;
    private final byte[] topic;
    private final RawClient sender;
    private final RawClient receiver;
    private final Semaphore knocks = new Semaphore(0);
    private int runs = KNOCK;
    private volatile @Nullable Run run;

    /// Waits until the contender answers, up to that long.
    Load(Contender contender, Duration patience) throws IOException, InterruptedException {
        this.contender = contender;
        topic = contender.in().getBytes(StandardCharsets.UTF_8);
        var name = contender.way().topic().replace('/', '-');
        sender = new RawClient(contender.brokerPort(), name + "-to", _ -> {});
        receiver = new RawClient(contender.brokerPort(), name + "-from", this::received);
        receiver.subscribe(contender.out(), contender.way().qos);
        long end = System.nanoTime() + patience.toNanos();
        do {
            if (System.nanoTime() > end) {
                throw new IOException(contender + " does not answer");
            }
            publish(KNOCK, 0);
            sender.flush();
        } while (!knocks.tryAcquire(KNOCK_MS, TimeUnit.MILLISECONDS));
    }

    Contender contender() {
        return contender;
    }

    private void publish(int runId, int number) throws IOException, InterruptedException {
        var body = ByteBuffer.allocate(BODY);
        body.putInt(runId).putInt(number).putLong(System.nanoTime());
        sender.publish(topic, contender.way().qos, body.array());
    }

    private void received(ByteBuffer body) {
        long now = System.nanoTime();
        int id = body.getInt();
        int number = body.getInt();
        var current = run;
        if (id == KNOCK) {
            knocks.release();
        } else if (current != null && current.id == id) {
            current.received(number, body.getLong(), now);
        }
    }

    /// Sends at a steady rate, whether answers come or not.
    Result paced(int perSecond, Duration length) throws IOException, InterruptedException {
        long interval = 1_000_000_000L / perSecond;
        int count = (int) (length.toNanos() / interval);
        long start = System.nanoTime();
        var current = begin(count, start, start + length.toNanos());
        for (int number = 0; number < count; number++) {
            for (long due = start + number * interval; due - System.nanoTime() > 0; ) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            current.window.acquire();
            publish(current.id, number);
            sender.flush();
        }
        return end(current, count, count);
    }

    /// Sends as much as comes back, with so many messages on the way.
    Result windowed(int window, Duration warmUp, Duration length) throws IOException, InterruptedException {
        long start = System.nanoTime() + warmUp.toNanos();
        var current = begin(window, start, start + length.toNanos());
        int sent = 0;
        while (System.nanoTime() < current.until) {
            if (!current.window.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)) {
                break; // all of the window is lost
            }
            publish(current.id, sent++);
            for (int more = 1; more < BURST && current.window.tryAcquire(); more++) {
                publish(current.id, sent++);
            }
            sender.flush();
        }
        return end(current, window, sent);
    }

    private Run begin(int window, long from, long until) {
        var begun = new Run(++runs, window, from, until);
        run = begun;
        return begun;
    }

    /// Waits for what is still on the way.
    private Result end(Run ending, int window, int sent) throws InterruptedException {
        boolean _ = ending.window.tryAcquire(window, PATIENCE_S, TimeUnit.SECONDS); // if not, the result says so
        return ending.result(sent);
    }

    @Override
    public void close() throws IOException {
        sender.close();
        receiver.close();
    }
}
