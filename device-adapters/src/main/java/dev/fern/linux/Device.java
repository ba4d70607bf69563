package dev.fern.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// An open file of `/dev`, or one that an ioctl of another gave back. Any thread; but whoever closes it makes sure that
/// nobody is in a call of it, since its number may then be somebody else's.
public final class Device implements AutoCloseable {
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;

    private final String name;
    private final int fd;
    private boolean closed;

    private Device(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /// Opens it for reading and writing; children do not inherit it (open(2)).
    ///
    /// @throws ErrnoException if the kernel says no
    public static Device open(Path path) throws IOException {
        return open(path, 0);
    }

    /// The same, but reading does not wait.
    public static Device openNonBlocking(Path path) throws IOException {
        return open(path, O_NONBLOCK);
    }

    private static Device open(Path path, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            int fd = Libc.open(path.toString(), arena.allocateFrom(path.toString()), O_RDWR | O_CLOEXEC | flags);
            return new Device(path.toString(), fd);
        }
    }

    /// A file that a system call returned; it is closed with this.
    ///
    /// @param name for messages
    public static Device of(String name, int fd) {
        return new Device(name, fd);
    }

    /// ioctl(2).
    ///
    /// @param request with direction and size, as the kernel's header makes it
    /// @param argument read and written as the request says
    /// @return what it returned, 0 or more
    /// @throws ErrnoException if it failed
    public int ioctl(long request, MemorySegment argument) throws IOException {
        return Libc.ioctl(name, fd, request, argument);
    }

    /// ioctl(2) with a plain number.
    public int ioctl(long request, long argument) throws IOException {
        return Libc.ioctl(name, fd, request, MemorySegment.ofAddress(argument));
    }

    /// read(2): as much as is there, at most the size of `into`.
    ///
    /// @return how many bytes, 0 at the end of a file
    /// @throws ErrnoException if it failed
    public long read(MemorySegment into) throws IOException {
        return Libc.read(name, fd, into);
    }

    /// write(2).
    ///
    /// @return how many bytes were taken
    /// @throws ErrnoException if it failed
    public long write(MemorySegment bytes) throws IOException {
        return Libc.write(name, fd, bytes);
    }

    /// Its number, for poll(2).
    public int fd() {
        return fd;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
