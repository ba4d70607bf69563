package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `fern-process.service` as systemd runs it: in a Linux of its own, with the daemon's user and the launcher's.
class RealSystemdTest {
    private static final Path HOME = Path.of(System.getProperty("fern.home"));
    private static final Path UNITS = HOME.resolve("systemd");
    /// What `systemd-analyze security` says; less is better. What keeps it up is told in the unit.
    private static final double EXPOSURE = 3.4;

    private static final String SCRIPT = """
            mount -t tmpfs var /var
            mount -t tmpfs -o mode=1777 tmp /tmp
            mkdir -p /run/systemd/system/fern-process.socket.d /run/systemd/system/fern-process.service.d /run/etc
            mkdir -p /run/t /var/tmp /var/lib/fern/images /var/lib/fern/folders /var/lib/fern/process
            for file in passwd group; do cp /etc/$file /run/etc/$file; done
            echo 'fern:x:990:990::/:/usr/sbin/nologin' >>/run/etc/passwd
            echo 'fern-process:x:991:991::/:/usr/sbin/nologin' >>/run/etc/passwd
            printf 'fern:x:990:\\nfern-process:x:991:fern\\n' >>/run/etc/group
            for file in passwd group; do mount --bind /run/etc/$file /etc/$file; done
            mkdir /var/lib/fern/images/t
            chown -R fern /var/lib/fern /run/t
            cp UNITS/fern-process.* /run/systemd/system/
            cd /run/systemd/system
            printf '[Unit]\\nDefaultDependencies=no\\n' >fern-process.socket.d/test.conf
            cat >fern-process.service.d/test.conf <<'EOF'
            [Unit]
            DefaultDependencies=no
            [Service]
            StandardOutput=append:/run/launcher.log
            StandardError=append:/run/launcher.log
            ExecStart=
            ExecStart=LAUNCHER
            EOF
            cat >test.service <<'EOF'
            [Unit]
            DefaultDependencies=no
            Requires=fern-process.socket
            After=fern-process.socket
            [Service]
            Type=oneshot
            TimeoutStartSec=infinity
            ExecStart=/bin/sh /run/test.sh
            EOF
            cat >/run/test.sh <<'EOF'
            export PATH=/usr/bin:/usr/sbin:/bin:/sbin
            exec >/dev/console 2>&1
            setpriv --reuid=fern --regid=fern --groups=fern-process JAVA dev.fern.process.UnderSystemd /var/lib/fern/images/t
            setpriv --reuid=nobody --regid=nogroup --clear-groups JAVA dev.fern.process.UnderSystemd refused
            cat /run/launcher.log
            echo "CGROUP $(cat /sys/fs/cgroup/system.slice/fern-process.service/cgroup.subtree_control)"
            systemctl poweroff -ff
            EOF
            exec /lib/systemd/systemd --unit=test.service --show-status=no
            """;

    /// As in the unit, but with the classes that are being tested, and flags as the command has them.
    private static String launcher() throws IOException {
        var unit = Files.readString(UNITS.resolve("fern-process.service"));
        var start = Pattern.compile("ExecStart=/usr/lib/fern/fern process-launcher (.*\\\\\n.*)\n")
                .matcher(unit);
        assertThat(start.find()).isTrue();
        return LauncherProcess.java() + " " + start.group(1).replaceAll("\\\\\n", "");
    }

    @Test
    void itStartsFunctionsForTheDaemonAndNobodyElse() throws Exception {
        var folder = Files.createDirectories(HOME.resolve("edge-runtime/target/uml"));

        var said = Uml.boot(
                folder,
                SCRIPT.replace("UNITS", UNITS.toString())
                        .replace("LAUNCHER", launcher())
                        .replace("JAVA", Uml.java()));

        assertThat(said)
                .contains(
                        "PASS the kernel guards it",
                        "PASS it answers",
                        "PASS it has no rights",
                        "PASS a hog is ended, and that is the reason",
                        "PASS nobody else may",
                        "CGROUP memory pids")
                .noneMatch(line -> line.startsWith("FAIL"));
    }

    @Test
    void itsUnitExposesNoMoreThanItMust() throws Exception {
        var analyze = new ProcessBuilder(
                        "systemd-analyze",
                        "security",
                        "--offline=true",
                        "--no-pager",
                        UNITS.resolve("fern-process.service").toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(analyze.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(analyze.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var level = Pattern.compile("Overall exposure level for fern-process.service: ([0-9.]+)")
                .matcher(said);
        assertThat(level.find()).as(said).isTrue();
        assertThat(Double.parseDouble(level.group(1))).isLessThanOrEqualTo(EXPOSURE);
    }

    @Test
    void itsUnitsMakeSense() throws Exception {
        for (var unit : List.of("fern-process.service", "fern-process.socket")) {
            var verify = new ProcessBuilder(
                            "systemd-analyze",
                            "verify",
                            "--man=no",
                            UNITS.resolve(unit).toString())
                    .redirectErrorStream(true)
                    .start();
            var said = new String(verify.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(verify.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(said.lines().filter(line -> line.contains("fern-process")))
                    .allMatch(
                            line -> line.contains("is not executable: No such file"), "only that it is not installed");
        }
    }
}
