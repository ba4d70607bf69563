package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Linux of its own, as a process: Debian's User Mode Linux, with this machine's files as its own, which it cannot
/// change.
/// Its cgroups are v2, whatever those of the machine are.
final class Uml {
    private static final String HEAD = """
            #!/bin/sh
            export PATH=/usr/bin:/usr/sbin:/bin:/sbin
            mount -t proc proc /proc
            mount -t sysfs sys /sys
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            mount -t tmpfs -o mode=755 run /run
            """;
    private static final long MOST_S = 180;

    private Uml() {}

    /// Runs a script as the first process there, until it powers off.
    ///
    /// @param folder for the script; the other Linux sees it where it is
    /// @return what was said, line by line
    static List<String> boot(Path folder, String script) throws IOException, InterruptedException {
        var init = Files.createTempFile(folder, "init", ".sh");
        Booth.write(init, HEAD + script);
        var log = Files.createTempFile(folder, "console", ".log");
        var command = List.of(
                "linux.uml",
                "mem=700M",
                "rootfstype=hostfs",
                "rootflags=/",
                "ro",
                "quiet",
                "con=null",
                "con0=fd:0,fd:1",
                "init=" + init);
        var linux = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(linux.waitFor(MOST_S, TimeUnit.SECONDS))
                    .as(() -> "it ends; it said: " + said(log))
                    .isTrue();
        } finally {
            linux.descendants().forEach(ProcessHandle::destroyForcibly);
            linux.destroyForcibly();
        }
        return said(log);
    }

    private static List<String> said(Path log) {
        try {
            return new String(Files.readAllBytes(log), java.nio.charset.StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// How a JVM is started there: quick to start.
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin/java")
                + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData -Xmx96m"
                + " -Dfern.home=" + System.getProperty("fern.home") + " -Dfern.dist="
                + System.getProperty("fern.dist") + " -Djava.io.tmpdir=/run/t -cp '" + classPath() + "'";
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
