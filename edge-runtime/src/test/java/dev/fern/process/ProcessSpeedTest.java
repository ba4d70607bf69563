package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Metrics;
import dev.fern.Result;
import dev.fern.kit.Await;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a warm call costs beside a client that writes the same bytes to the same kind of process and reads the answer.
class ProcessSpeedTest {
    private static final int ROUNDS = 4000;
    /// Answers each request of any size with the same bytes: the least a process can do.
    private static final String ECHO = """
            import os, socket
            s = socket.socket(socket.AF_UNIX)
            s.bind('/tmp/iofs/lsnr.sock')
            s.listen()
            while True:
                c, _ = s.accept()
                while c.recv(100000):
                    c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nfine')
            """;

    @TempDir
    Path folder;

    @Test
    void aWarmCallCostsLittleMoreThanTheSocket() throws Exception {
        try (var booth = new Booth(folder)) {
            var program = booth.runtime.load(Booth.fn(), booth.script(ECHO));
            long[] ours = new long[ROUNDS];
            try (var running = new Booth.Running(program, program.start(), List.of())) {
                for (int i = 0; i < ROUNDS; i++) {
                    long start = System.nanoTime();
                    var result = running.call("x");
                    ours[i] = System.nanoTime() - start;
                    assertThat(((Result.Success) result).answer().body().text()).isEqualTo("fine");
                }
            }
            long[] bare = bare(booth, folder);
            System.out.printf(
                    "warm call of a process: median %d us; bare client on the same socket: %d us; ratio %.2f%n",
                    median(ours) / 1000, median(bare) / 1000, median(ours) / (double) median(bare));
        }
    }

    private static long[] bare(Booth booth, Path state) throws Exception {
        var launcher = Launchers.local(Guards.find(), Homes.temporary(state), Cgroups.none("a test"), new Metrics());
        var child = launcher.start(Recipe.order(Booth.fn(), booth.script(ECHO), new JavaHome(Booth.FDK, Booth.FDK)));
        try (launcher) {
            var socket = child.sockets().resolve("lsnr.sock");
            var waiting = new FdkSocket(child.sockets(), 1000);
            Await.until("it listens", () -> {
                try {
                    return waiting.connect();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            waiting.close();
            var request = ("POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n" + "h".repeat(120)
                            + "x")
                    .getBytes(StandardCharsets.UTF_8);
            var answer = ByteBuffer.allocateDirect(1000);
            var nanos = new long[ROUNDS];
            try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                for (int i = 0; i < ROUNDS; i++) {
                    long start = System.nanoTime();
                    channel.write(ByteBuffer.wrap(request));
                    answer.clear();
                    int read = channel.read(answer);
                    nanos[i] = System.nanoTime() - start;
                    assertThat(read).isPositive();
                }
            }
            return nanos;
        } finally {
            child.kill();
            child.end(ProcessInstance.END);
        }
    }

    private static long median(long[] nanos) {
        var sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[ROUNDS / 2];
    }
}
