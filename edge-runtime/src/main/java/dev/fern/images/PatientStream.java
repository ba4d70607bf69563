package dev.fern.images;

import dev.fern.Time;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// A body that gives up when too little comes: while somebody reads, [#LEAST] bytes in each [#PATIENCE], or its end.
final class PatientStream extends FilterInputStream {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final int LEAST = 4 << 10;

    private final String host;
    private final Time time;
    private Time.Timer timer;
    private long count;
    private long countBefore;
    private boolean reading;
    private boolean ended;
    private boolean gaveUp;

    PatientStream(InputStream in, String host, Time time) {
        super(in);
        this.host = host;
        this.time = time;
        timer = time.after(PATIENCE, this::look);
    }

    private void look() {
        synchronized (this) {
            if (ended) {
                return;
            }
            // a reader that is busy elsewhere (a slow card) is not the sender's fault
            if (!reading || count - countBefore >= LEAST) {
                countBefore = count;
                timer = time.after(PATIENCE, this::look);
                return;
            }
            gaveUp = true;
        }
        // wakes the reader; on another thread, as this one must not wait
        Thread.ofVirtual().name("fern-images-give-up").start(this::closeQuietly);
    }

    private void closeQuietly() {
        try {
            in.close();
        } catch (IOException e) {
            // the reader hears of it
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        synchronized (this) {
            reading = true;
        }
        try {
            int n = in.read(bytes, offset, length);
            synchronized (this) {
                count += Math.max(0, n);
                if (gaveUp) {
                    throw stalled();
                }
            }
            return n;
        } catch (Failures.Refused e) {
            throw e;
        } catch (IOException e) {
            synchronized (this) {
                throw gaveUp ? stalled() : e;
            }
        } finally {
            synchronized (this) {
                reading = false;
            }
        }
    }

    private Failures.Refused stalled() {
        return new Failures.Refused(ImageException.later(
                host + " sent less than " + (LEAST >> 10) + " KB in " + PATIENCE.toSeconds() + " s",
                "check the network; what has arrived is kept, the rest is fetched next time"));
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            ended = true;
            timer.cancel();
        }
        in.close();
    }
}
