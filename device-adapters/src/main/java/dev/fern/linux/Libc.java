package dev.fern.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls themselves, through the C library. A call that a signal interrupted is made again. Loaded when the
/// first device is opened: it costs some 50 ms on a Raspberry Pi, and a device without pins does not pay them.
@SuppressWarnings("restricted")
final class Libc {
    private static final int EINTR = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    /// open and ioctl are variadic from their third argument on, which some calling conventions care about.
    private static final Linker.Option VARIADIC = Linker.Option.firstVariadicArg(2);

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), CAPTURE, VARIADIC);
    private static final MethodHandle IOCTL =
            function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), CAPTURE, VARIADIC);
    private static final MethodHandle READ =
            function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CAPTURE);
    private static final MethodHandle WRITE =
            function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CAPTURE);
    private static final MethodHandle POLL =
            function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT), CAPTURE);
    private static final MethodHandle EVENTFD =
            function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);
    private static final MethodHandle INOTIFY_INIT =
            function("inotify_init1", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
    private static final MethodHandle INOTIFY_ADD_WATCH =
            function("inotify_add_watch", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), CAPTURE);
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle STRERROR = function("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private Libc() {}

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    static int open(String name, MemorySegment path, int flags) throws IOException {
        return (int) call("open " + name, state -> (int) OPEN.invokeExact(state, path, flags, 0));
    }

    static int ioctl(String name, int fd, long request, MemorySegment argument) throws IOException {
        return (int) call(name, state -> (int) IOCTL.invokeExact(state, fd, request, argument));
    }

    static long read(String name, int fd, MemorySegment into) throws IOException {
        return call("read " + name, state -> (long) READ.invokeExact(state, fd, into, into.byteSize()));
    }

    static long write(String name, int fd, MemorySegment bytes) throws IOException {
        return call("write " + name, state -> (long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()));
    }

    /// @param fds an array of `struct pollfd`
    /// @param timeoutMs -1: as long as it takes
    static int poll(MemorySegment fds, int count, int timeoutMs) throws IOException {
        return (int) call("poll", state -> (int) POLL.invokeExact(state, fds, (long) count, timeoutMs));
    }

    static int eventfd(int flags) throws IOException {
        return (int) call("eventfd", state -> (int) EVENTFD.invokeExact(state, 0, flags));
    }

    static int inotifyInit(int flags) throws IOException {
        return (int) call("inotify_init1", state -> (int) INOTIFY_INIT.invokeExact(state, flags));
    }

    static int inotifyAddWatch(String name, int fd, MemorySegment path, int mask) throws IOException {
        return (int) call("watch " + name, state -> (int) INOTIFY_ADD_WATCH.invokeExact(state, fd, path, mask));
    }

    static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private interface SystemCall {
        long make(MemorySegment state) throws Throwable;
    }

    private static long call(String what, SystemCall call) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            while (true) {
                long result = call.make(state);
                if (result >= 0) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != EINTR) {
                    throw new ErrnoException(what, errno, text(errno));
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static String text(int errno) throws Throwable {
        return ((MemorySegment) STRERROR.invokeExact(errno)).reinterpret(256).getString(0);
    }
}
