package dev.fern.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.List;
import java.util.stream.IntStream;

/// poll(2): one thread waits for many devices.
public final class Poll {
    private static final StructLayout POLLFD = MemoryLayout.structLayout(
            JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));
    private static final long EVENTS = 4;
    private static final long REVENTS = 6;
    private static final short POLLIN = 1;
    private static final int POLLERR = 8;
    private static final int POLLHUP = 16;
    private static final int POLLNVAL = 32;

    private Poll() {}

    /// What a wait found out about one device.
    public enum State {
        /// Nothing.
        QUIET,
        /// There is something to read.
        READABLE,
        /// It is gone, or broken: nothing will ever come of it again.
        GONE
    }

    /// Waits until something can be read from one of them or one is gone.
    ///
    /// @return what is true of each, in their order
    /// @throws ErrnoException if the kernel will not
    public static List<State> await(List<Device> devices) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var fds = arena.allocate(POLLFD, Math.max(1, devices.size()));
            for (int i = 0; i < devices.size(); i++) {
                fds.set(JAVA_INT, at(i), devices.get(i).fd());
                fds.set(JAVA_SHORT, at(i) + EVENTS, POLLIN);
            }
            Libc.poll(fds, devices.size(), -1);
            return IntStream.range(0, devices.size())
                    .mapToObj(i -> state(fds, i))
                    .toList();
        }
    }

    private static State state(MemorySegment fds, int i) {
        int said = fds.get(JAVA_SHORT, at(i) + REVENTS);
        if ((said & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
            return State.GONE;
        }
        return (said & POLLIN) != 0 ? State.READABLE : State.QUIET;
    }

    private static long at(int i) {
        return i * POLLFD.byteSize();
    }
}
