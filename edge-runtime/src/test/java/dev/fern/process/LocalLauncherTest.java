package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What this JVM has started leaves nothing.
class LocalLauncherTest {
    @TempDir
    Path folder;

    private Booth booth;

    @BeforeEach
    void open() {
        booth = new Booth(folder);
    }

    @AfterEach
    void close() {
        booth.close();
    }

    @Test
    void closingLeavesNoProcessAndNoFile() throws Exception {
        long pid;
        Path home;
        try (var running = booth.start()) {
            var code = "import os, subprocess, sys\n"
                    + "subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
                    + "if os.fork() == 0:\n  os.setsid()\n  import time\n  time.sleep(1000)\n";
            running.answer(code);
            pid = ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().command().orElse("").endsWith("bwrap"))
                    .findFirst()
                    .orElseThrow()
                    .pid();
            assertThat(Tree.of(pid)).hasSizeGreaterThanOrEqualTo(5);
            home = Path.of(Files.readString(folder.resolve("state/sockets")));
            assertThat(home.resolve("0/s/lsnr.sock")).exists();
        }
        var below = Tree.of(pid);
        below.remove(pid);
        assertThat(below).isEmpty();
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(booth.processes()).isZero();
        assertThat(home.resolve("0")).doesNotExist();
        booth.close();
        assertThat(home).doesNotExist();
    }

    @Test
    void whatAKilledDaemonLeftIsRemovedByTheNextOne() throws Exception {
        var left = Files.createTempDirectory("fern-");
        Booth.write(left.resolve("0/passwd"), "x");
        Booth.write(folder.resolve("state/sockets"), left.toString());

        booth.start().close();

        assertThat(left).doesNotExist();
    }
}
