package dev.fern.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A Linux of its own, as a process: User Mode Linux with simulated pins and a simulated I2C bus (`./dev kernel`). It
/// has
/// this machine's files, which it cannot change, but for one folder.
public final class Uml {
    /// Where the folder that it may change is, there.
    public static final Path FOLDER = Path.of("/run/folder");

    /// Building it takes some minutes, once; somebody may be at it already.
    private static final Duration BUILT = Duration.ofMinutes(15);
    private static final Duration MOST = Duration.ofMinutes(5);
    private static final String HEAD = """
            #!/bin/sh
            export PATH=/usr/bin:/usr/sbin:/bin:/sbin HOME=/run/tmp TMPDIR=/run/tmp
            mount -t proc proc /proc
            mount -t sysfs sys /sys
            mount -t configfs config /sys/kernel/config
            mount -t tmpfs -o mode=755 run /run
            mkdir -p -m 1777 /run/tmp
            mkdir -p /dev/shm FOLDER
            mount -t tmpfs shm /dev/shm
            mount -t hostfs -o OUTSIDE host FOLDER
            ip link set lo up
            """;
    private static final String TAIL = """
            echo o >/proc/sysrq-trigger
            sleep 100
            """;

    private Uml() {}

    /// The kernel's file; it is built if nobody has yet.
    ///
    /// @throws IOException with what the compiler said if it cannot be built
    public static Path kernel(Sandbox sandbox) throws IOException, InterruptedException {
        var build = Path.of(System.getProperty("fern.home", "."), "e2e/kernel/build.sh")
                .toAbsolutePath();
        return Path.of(sandbox.start(List.of(build.toString()), Map.of())
                .awaitSuccess(BUILT)
                .getLast());
    }

    /// Runs a script there, as the first process.
    ///
    /// @param folder which it may change; it finds it as [#FOLDER]
    /// @param arguments for the kernel, such as `mem=512M` or `i2c_stub.chip_addr=0x76`
    /// @return what was said, line by line
    /// @throws IOException with that if it does not end in time
    public static List<String> boot(Sandbox sandbox, Path folder, String script, String... arguments)
            throws IOException, InterruptedException {
        var init = sandbox.folder("uml").resolve("init-" + System.nanoTime() + ".sh");
        Files.writeString(
                init,
                HEAD.replace("FOLDER", FOLDER.toString())
                                .replace("OUTSIDE", folder.toAbsolutePath().toString())
                        + script
                        + TAIL);
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        var command = new ArrayList<>(List.of(
                kernel(sandbox).toString(),
                "rootfstype=hostfs",
                "rootflags=/",
                "ro",
                "quiet",
                "con=null",
                "con0=null,fd:1",
                "init=" + init));
        command.addAll(List.of(arguments));
        return sandbox.start(command, Map.of()).awaitSuccess(MOST).stream()
                .map(String::strip)
                .toList();
    }

    /// How a class of the caller's own class path is run there: quick to start.
    public static String java(Class<?> main) {
        return Path.of(System.getProperty("java.home"), "bin/java")
                + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto -XX:-UsePerfData -Xmx128m -Djava.io.tmpdir=/run/tmp"
                + " --enable-native-access=ALL-UNNAMED -Dfern.home=" + System.getProperty("fern.home")
                + " -Dfern.dist=" + System.getProperty("fern.dist")
                + " -cp '" + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                + "' " + main.getName();
    }
}
