package dev.fern.wasm;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// The clocks of one call, and waiting.
final class Clocks {
    private static final int REALTIME = 0;
    private static final int MONOTONIC = 1;
    /// The highest clock: that of the thread's processor time. It and the process's count from the start
    /// of the call.
    private static final int THREAD = 3;

    /// Layout of `subscription` and `event`.
    private static final int SUBSCRIPTION = 48;

    private static final int EVENT = 32;
    private static final int CLOCK = 0;
    /// Things that are waited for at once.
    private static final int EVENTS = 1024;

    private static final int ABSOLUTE = 1;

    private final long begun = System.nanoTime();
    private final Streams streams;

    Clocks(Streams streams) {
        this.streams = streams;
    }

    static int resolution(LinearMemory memory, int clock, int result) {
        if (clock < REALTIME || clock > THREAD) {
            return Wasi.INVAL;
        }
        memory.writeLong(result, clock == REALTIME ? 1000 : 1);
        return Wasi.SUCCESS;
    }

    int time(LinearMemory memory, int clock, int result) {
        if (clock < REALTIME || clock > THREAD) {
            return Wasi.INVAL;
        }
        memory.writeLong(result, now(clock));
        return Wasi.SUCCESS;
    }

    private long now(int clock) {
        if (clock == REALTIME) {
            var now = Instant.now();
            return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        }
        return clock == MONOTONIC ? System.nanoTime() : System.nanoTime() - begun;
    }

    /// Waits for the first of these: streams are always ready, and with none of them it is a sleep.
    int poll(LinearMemory memory, int in, int out, int count, int written) {
        if (count <= 0 || count > EVENTS) {
            return Wasi.INVAL;
        }
        boolean ready = false;
        long soonest = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            int at = in + i * SUBSCRIPTION;
            if (memory.read(at + 8) != CLOCK) {
                ready = true;
            } else {
                soonest = Math.min(soonest, left(memory, at));
            }
        }
        if (!ready) {
            sleep(soonest);
        }
        int events = 0;
        for (int i = 0; i < count; i++) {
            int at = in + i * SUBSCRIPTION;
            byte kind = memory.read(at + 8);
            if (kind != CLOCK || !ready && left(memory, at, soonest) <= 0) {
                event(memory, at, out + events++ * EVENT, kind);
            }
        }
        memory.writeI32(written, events);
        return Wasi.SUCCESS;
    }

    private long left(LinearMemory memory, int at) {
        long timeout = memory.readLong(at + 24);
        int clock = memory.readInt(at + 16);
        if ((memory.readShort(at + 40) & ABSOLUTE) != 0) {
            return Math.max(0, timeout - now(clock));
        }
        return timeout < 0 ? Long.MAX_VALUE : timeout; // unsigned
    }

    /// What is left after that long.
    private long left(LinearMemory memory, int at, long slept) {
        return (memory.readShort(at + 40) & ABSOLUTE) != 0 ? left(memory, at) : left(memory, at) - slept;
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Exit.interrupted();
        }
    }

    private void event(LinearMemory memory, int from, int to, byte kind) {
        memory.writeLong(to, memory.readLong(from));
        memory.writeLong(to + 8, 0);
        memory.writeLong(to + 16, 0);
        memory.writeLong(to + 24, 0);
        memory.writeByte(to + 10, kind);
        if (kind != CLOCK) {
            int fd = memory.readInt(from + 16);
            memory.writeShort(to + 8, (short) streams.otherwise(fd, Wasi.SUCCESS));
            memory.writeLong(to + 16, fd == Streams.IN ? streams.available() : Chunks.SIZE);
        }
    }
}
