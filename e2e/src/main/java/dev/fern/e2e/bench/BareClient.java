package dev.fern.e2e.bench;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// The least that a client of a function's process can do: writes bytes to its socket, reads bytes.
final class BareClient {
    /// About as long as what the daemon sends.
    private static final byte[] REQUEST = ("POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n"
                    + "h".repeat(300))
            .getBytes(StandardCharsets.UTF_8);

    private BareClient() {}

    /// Calls the process that a launcher with this state folder has started.
    ///
    /// @return the median of the calls, in ns
    static long on(Path state, int calls) throws IOException {
        Path socket;
        // it is kept in a short path elsewhere, which the launcher notes here
        var folder = Path.of(Files.readString(state.resolve("sockets")));
        try (var files = Files.walk(folder)) {
            socket =
                    files.filter(file -> file.endsWith("lsnr.sock")).findFirst().orElseThrow();
        }
        var nanos = new long[calls];
        var answer = ByteBuffer.allocateDirect(1000);
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            for (int i = 0; i < calls; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.wrap(REQUEST));
                answer.clear();
                if (channel.read(answer) <= 0) {
                    throw new IOException("the process closed its connection");
                }
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        return nanos[calls / 2];
    }
}
