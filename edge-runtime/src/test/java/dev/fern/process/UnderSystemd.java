package dev.fern.process;

import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// What runs for [RealSystemdTest] as the daemon's user, who sees no library of the tests.
final class UnderSystemd {
    private UnderSystemd() {}

    public static void main(String[] args) {
        try {
            if (args[0].equals("refused")) {
                refused();
            } else {
                asTheDaemon(Path.of(args[0]));
            }
        } catch (Exception | AssertionError e) {
            System.out.println("FAIL " + e);
            e.printStackTrace(System.out);
        }
        System.exit(0);
    }

    private static void refused() {
        try {
            Launchers.remote(ProcessRuntime.SOCKET, new Metrics());
            check("nobody else may", false, "it was let in");
        } catch (InvalidDefinitionException e) {
            check("nobody else may", String.valueOf(e.getMessage()).contains("Permission denied"), e);
        }
    }

    private static void check(String what, boolean holds, Object seen) {
        System.out.println((holds ? "PASS " : "FAIL ") + what + (holds ? "" : ": " + seen));
    }

    private static void asTheDaemon(Path folder) throws Exception {
        var fn = Booth.fn(Map.of(), 64, Duration.ofSeconds(60), Duration.ofSeconds(60), false);
        try (var booth = Booth.remote(folder, ProcessRuntime.SOCKET);
                var running = start(booth, fn)) {
            var guards = booth.runtime.guards();
            check(
                    "the kernel guards it",
                    guards.contains("started by: the launcher at /run/fern-process.sock")
                            && guards.contains("memory: by the kernel, in a cgroup for each instance"),
                    guards);
            var yes = running.call("answer = 'yes'");
            check("it answers", text(yes).equals("yes"), yes);
            var status = text(running.call("answer = open('/proc/self/status').read()"));
            check(
                    "it has no rights",
                    status.contains("NoNewPrivs:\t1")
                            && status.contains("Seccomp:\t2")
                            && status.contains("CapEff:\t0000000000000000")
                            && status.contains("CapBnd:\t0000000000000000"),
                    status);
            var hog = running.call("hog = bytearray(b'x') * (100 << 20)");
            check(
                    "a hog is ended, and that is the reason",
                    hog instanceof Result.FunctionError error
                            && error.message().endsWith("was stopped: it used more than its memory of 64 MB"),
                    hog);
        }
    }

    private static String text(Result result) {
        return result instanceof Result.Success success
                ? success.answer().body().text()
                : "";
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
