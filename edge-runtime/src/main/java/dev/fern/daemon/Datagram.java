package dev.fern.daemon;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/// A datagram to a Unix socket, which Java has only streams for (unix(7), socket(2), sendto(2)).
final class Datagram {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    /// `sockaddr_un`: the family and a path.
    private static final int FAMILY_BYTES = 2;

    private static final int PATH_BYTES = 108;
    private static final int ENAMETOOLONG = 36;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDTO = function(
            "sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Datagram() {}

    @SuppressWarnings("restricted") // as the types say
    private static MethodHandle function(String name, FunctionDescriptor types) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), types, ERRNO);
    }

    /// Sends it. `@` at the start of the address means an abstract socket.
    ///
    /// @return 0, or the error as errno(3) numbers them
    static int send(String address, String text) {
        var path = address.getBytes(StandardCharsets.UTF_8);
        if (path.length >= PATH_BYTES) {
            return ENAMETOOLONG;
        }
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            int socket = (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
            if (socket < 0) {
                return errno(state);
            }
            var body = text.getBytes(StandardCharsets.UTF_8);
            var data = arena.allocate(body.length).copyFrom(MemorySegment.ofArray(body));
            long sent = (long) SENDTO.invokeExact(
                    state,
                    socket,
                    data,
                    (long) body.length,
                    MSG_NOSIGNAL,
                    name(arena, path),
                    FAMILY_BYTES + path.length);
            int error = sent < 0 ? errno(state) : 0;
            int _ = (int) CLOSE.invokeExact(state, socket);
            return error;
        } catch (Throwable e) {
            throw new AssertionError("these functions throw nothing", e);
        }
    }

    private static MemorySegment name(Arena arena, byte[] path) {
        var name = arena.allocate(FAMILY_BYTES + PATH_BYTES, JAVA_SHORT.byteAlignment());
        name.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(path, 0, name, JAVA_BYTE, FAMILY_BYTES, path.length);
        if (path[0] == '@') {
            name.set(JAVA_BYTE, FAMILY_BYTES, (byte) 0);
        }
        return name;
    }

    private static int errno(MemorySegment state) {
        return state.get(JAVA_INT, 0);
    }
}
