package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// What runs for [RealSystemdTest] as the daemon's user.
final class UnderSystemd {
    private UnderSystemd() {}

    public static void main(String[] args) throws Exception {
        try {
            if (args[0].equals("refused")) {
                assertThatThrownBy(() -> Launchers.remote(ProcessRuntime.SOCKET, new dev.fern.Metrics()))
                        .hasMessageContaining("Permission denied");
                System.out.println("PASS nobody else may");
            } else {
                asTheDaemon(Path.of(args[0]));
            }
        } catch (Exception | AssertionError e) {
            System.out.println("FAIL " + e);
            e.printStackTrace(System.out);
        }
        System.exit(0);
    }

    private static void asTheDaemon(Path folder) throws Exception {
        var fn = Booth.fn(Map.of(), 64, Duration.ofSeconds(60), Duration.ofSeconds(60), false);
        try (var booth = Booth.remote(folder, ProcessRuntime.SOCKET);
                var running = start(booth, fn)) {
            assertThat(booth.runtime.guards())
                    .contains(
                            "started by: the launcher at /run/fern-process.sock",
                            "memory: by the kernel, in a cgroup for each instance");
            System.out.println("PASS the kernel guards it");
            assertThat(running.answer("answer = 'yes'")).isEqualTo("yes");
            System.out.println("PASS it answers");
            assertThat(running.answer("answer = open('/proc/self/status').read()"))
                    .contains("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000");
            System.out.println("PASS it has no rights");
            assertThat(running.failure("hog = bytearray(b'x') * (100 << 20)"))
                    .endsWith("was stopped: it used more than its memory of 64 MB");
            System.out.println("PASS a hog is ended, and that is the reason");
        }
    }

    /// Everything is slow there, and waiting for a launcher that starts counts.
    private static Booth.Running start(Booth booth, Fn fn) throws InvalidDefinitionException {
        for (int i = 0; ; i++) {
            try {
                return booth.start(fn, booth.python());
            } catch (InvalidDefinitionException e) {
                if (i == 5 || !String.valueOf(e.getMessage()).contains("did not make its socket within")) {
                    throw e;
                }
            }
        }
    }
}
