package dev.fern.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.fern.linux.Device;
import dev.fern.linux.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Consumer;

/// A line that the kernel gave us. Any thread, but [#read], which is for the one that waits.
final class KernelLine implements Board.Output {
    private static final System.Logger LOG = System.getLogger("fern.gpio");
    /// The kernel counts microseconds in 32 bits.
    private static final Duration LONGEST_DEBOUNCE = Duration.ofHours(1);

    private final int number;
    private final long flags;
    private final Device device;
    private final Board.Changes changes;
    private final Consumer<KernelLine> giveBack;
    private volatile boolean gone;
    private boolean released;
    private Debounce debounce = new Debounce(0, 0);
    private long debounceBefore;

    /// @param since when the kernel began to do so, by its clock
    private record Debounce(long nanos, long since) {}

    /// @param flags it was taken with
    /// @param giveBack returns when nobody waits for it any more
    KernelLine(int number, long flags, Device device, Board.Changes changes, Consumer<KernelLine> giveBack) {
        this.number = number;
        this.flags = flags;
        this.device = device;
        this.changes = changes;
        this.giveBack = giveBack;
    }

    int number() {
        return number;
    }

    Device device() {
        return device;
    }

    /// Whether its chip is not there any more.
    boolean isGone() {
        return gone;
    }

    void gone() {
        gone = true;
    }

    @Override
    public synchronized boolean high() throws IOException {
        check();
        try (var arena = Arena.ofConfined()) {
            var values = arena.allocate(Uapi.VALUES);
            values.set(JAVA_LONG, Uapi.at(Uapi.VALUES, "mask"), 1);
            device.ioctl(Uapi.GET_VALUES, values);
            return (values.get(JAVA_LONG, Uapi.at(Uapi.VALUES, "bits")) & 1) != 0;
        }
    }

    @Override
    public synchronized void set(boolean high) throws IOException {
        check();
        try (var arena = Arena.ofConfined()) {
            var values = arena.allocate(Uapi.VALUES);
            values.set(JAVA_LONG, Uapi.at(Uapi.VALUES, "mask"), 1);
            values.set(JAVA_LONG, Uapi.at(Uapi.VALUES, "bits"), high ? 1 : 0);
            device.ioctl(Uapi.SET_VALUES, values);
        }
    }

    private void check() throws IOException {
        if (gone || released) {
            throw new IOException(gone ? "its chip is gone" : "it was given back");
        }
    }

    /// The kernel's debounce says when a level had lasted, not when it came, so that time is taken off again: then who
    /// debounces above finds that it has lasted, and a listener that wants longer still gets that.
    @Override
    public synchronized void debounce(Duration least) {
        long nanos = least.compareTo(LONGEST_DEBOUNCE) > 0 ? 0 : least.toNanos() / 1000 * 1000;
        if (nanos == debounce.nanos || gone || released) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var config = arena.allocate(Uapi.CONFIG);
            config.set(JAVA_LONG, Uapi.at(Uapi.CONFIG, "flags"), flags);
            if (nanos > 0) {
                config.set(JAVA_INT, Uapi.at(Uapi.CONFIG, "num_attrs"), 1);
                config.set(JAVA_INT, Uapi.at(0, "id"), Uapi.ATTR_DEBOUNCE);
                config.set(JAVA_INT, Uapi.at(0, "values"), (int) (nanos / 1000));
                config.set(JAVA_LONG, Uapi.at(0, "mask"), 1);
            }
            device.ioctl(Uapi.SET_CONFIG, config);
            debounceBefore = debounce.nanos;
            debounce = new Debounce(nanos, System.nanoTime());
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "gpio {0} is debounced by Fern, as the kernel will not: {1}",
                    number,
                    e.getMessage());
        }
    }

    /// Tells of what the kernel has noted since, as much as fits.
    ///
    /// @throws ErrnoException if there is nothing, or the chip is gone
    void read(MemorySegment buffer) throws IOException {
        long read = device.read(buffer);
        for (long at = 0; at + Uapi.EVENT.byteSize() <= read; at += Uapi.EVENT.byteSize()) {
            boolean high = buffer.get(JAVA_INT, at + Uapi.at(Uapi.EVENT, "id")) == Uapi.EVENT_RISING_EDGE;
            long nanos = buffer.get(JAVA_LONG, at + Uapi.at(Uapi.EVENT, "timestamp_ns"));
            int seq = buffer.get(JAVA_INT, at + Uapi.at(Uapi.EVENT, "line_seqno"));
            changes.changed(high, came(nanos), Integer.toUnsignedLong(seq));
        }
    }

    private synchronized long came(long noted) {
        return noted - (noted - debounce.nanos < debounce.since ? debounceBefore : debounce.nanos);
    }

    @Override
    public void release() {
        giveBack.accept(this);
        synchronized (this) {
            released = true;
            device.close();
        }
    }
}
