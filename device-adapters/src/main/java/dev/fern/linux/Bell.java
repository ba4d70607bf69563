package dev.fern.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;

/// eventfd(2): wakes who waits for [#device] in a [Poll]. Any thread.
public final class Bell implements AutoCloseable {
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;

    private final Device device;

    /// @throws ErrnoException if the kernel has no more of them
    public Bell() throws IOException {
        device = Device.of("eventfd", Libc.eventfd(EFD_NONBLOCK | EFD_CLOEXEC));
    }

    /// What can be read from once it was rung.
    public Device device() {
        return device;
    }

    /// Wakes the one who waits, or who comes to wait next.
    public void ring() throws IOException {
        try (var arena = Arena.ofConfined()) {
            device.write(arena.allocateFrom(JAVA_LONG, 1));
        }
    }

    /// Makes it quiet again.
    ///
    /// @throws ErrnoException also if it was not rung
    public void hear() throws IOException {
        try (var arena = Arena.ofConfined()) {
            device.read(arena.allocate(JAVA_LONG));
        }
    }

    @Override
    public void close() {
        device.close();
    }
}
