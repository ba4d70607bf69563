package dev.fern.gpio;

import dev.fern.linux.Bell;
import dev.fern.linux.Device;
import dev.fern.linux.Poll;
import dev.fern.linux.Watch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one thread that waits for all lines of a board, and for chips that come and go: older kernels do not wake who
/// waits for a line whose chip goes, but the chip's file is gone then. It sleeps until something happens.
final class Poller implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("fern.gpio");
    private static final Duration MOST = Duration.ofSeconds(5);
    private static final int EVENTS_AT_ONCE = 256;

    private final Runnable chipsChanged;
    private final Bell bell;
    private final Watch watch;
    private final Thread thread;
    private final List<KernelLine> lines = new ArrayList<>();
    private long rounds;
    private boolean closed;

    /// @param chipsChanged called on this thread when a chip came or went, or may now be opened
    Poller(Path devices, Runnable chipsChanged) throws IOException {
        this.chipsChanged = chipsChanged;
        bell = new Bell();
        try {
            watch = new Watch(devices);
        } catch (IOException e) {
            bell.close();
            throw e;
        }
        thread = Thread.ofPlatform().daemon().name("fern-gpio").start(this::run);
    }

    synchronized boolean alive() {
        return !closed && thread.isAlive();
    }

    /// From now on its changes are told of.
    synchronized void add(KernelLine line) {
        lines.add(line);
        ring();
    }

    /// Returns when nobody waits for it any more. Closing it earlier would leave it taken: the kernel keeps what
    /// somebody waits for.
    synchronized void remove(KernelLine line) {
        if (!lines.remove(line) || thread.equals(Thread.currentThread())) {
            return;
        }
        long now = rounds;
        long end = System.nanoTime() + MOST.toNanos();
        ring();
        boolean interrupted = false;
        while (rounds == now && thread.isAlive() && System.nanoTime() < end) {
            try {
                wait(MOST.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void ring() {
        if (!closed) {
            try {
                bell.ring();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "cannot wake who waits for pins", e);
            }
        }
    }

    private void run() {
        try (bell;
                watch;
                var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(Uapi.EVENT, EVENTS_AT_ONCE);
            for (var now = round(); now != null; now = round()) {
                if (wait(now, buffer)) {
                    chipsChanged.run();
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot wait for pins any more; they are taken anew", e);
            synchronized (this) {
                closed = true;
                lines.forEach(KernelLine::gone);
            }
            chipsChanged.run();
        } finally {
            synchronized (this) {
                closed = true;
                lines.clear();
                notifyAll();
            }
        }
    }

    private synchronized @Nullable List<KernelLine> round() {
        rounds++;
        notifyAll();
        return closed ? null : List.copyOf(lines);
    }

    /// @return whether a chip came or went
    private boolean wait(List<KernelLine> now, MemorySegment buffer) throws IOException {
        var devices = new ArrayList<Device>(List.of(bell.device(), watch.device()));
        now.forEach(line -> devices.add(line.device()));
        var found = Poll.await(devices);
        if (found.getFirst() == Poll.State.READABLE) {
            bell.hear();
        }
        boolean changed = found.get(1) == Poll.State.READABLE
                && watch.names().stream().anyMatch(name -> name.startsWith("gpiochip"));
        for (int i = 0; i < now.size(); i++) {
            var line = now.get(i);
            switch (found.get(i + 2)) {
                case QUIET -> {}
                case READABLE -> read(line, buffer);
                case GONE -> {
                    lost(line);
                    changed = true;
                }
            }
        }
        return changed;
    }

    private static void read(KernelLine line, MemorySegment buffer) {
        try {
            line.read(buffer);
        } catch (IOException e) {
            // if the chip is gone, the next wait says so
            LOG.log(System.Logger.Level.WARNING, "cannot read gpio {0}: {1}", line.number(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "an edge of gpio " + line.number() + " is lost", e);
        }
    }

    private synchronized void lost(KernelLine line) {
        line.gone();
        lines.remove(line);
    }

    @Override
    public void close() {
        synchronized (this) {
            ring();
            closed = true;
        }
        try {
            thread.join(MOST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
