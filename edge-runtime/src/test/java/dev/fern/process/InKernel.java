package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.kit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// What runs in the kernel of [RealKernelTest], as a daemon that owns its cgroups: says PASS or FAIL with the name of
/// each check.
final class InKernel {
    private static final Path TREE = Path.of("/sys/fs/cgroup");

    private interface Check {
        void run() throws Exception;
    }

    private final Path folder;

    private InKernel(Path folder) {
        this.folder = folder;
    }

    /// @param args a folder that can be written to
    public static void main(String[] args) throws Exception {
        var kernel = new InKernel(Path.of(args[0]));
        var left = kernel.leftByAKilledOne();
        kernel.check("whatAKilledDaemonLeftIsEnded", () -> kernel.cleans(left));
        kernel.check("itIsInItsCgroupBeforeItsCodeRuns", kernel::isInItsCgroup);
        kernel.check("theKernelEndsAHogAndThatIsTheReason", kernel::endsAHog);
        kernel.check("aQuickHogThatNobodyCouldWatchIsEnded", kernel::endsAQuickHog);
        kernel.check("aHogBetweenCallsIsCounted", kernel::countsAHogBetweenCalls);
        kernel.check("processesAreCountedByTheCgroup", kernel::countsProcesses);
        kernel.check("theEndOfAnInstanceIsTheEndOfItsCgroup", kernel::removes);
        System.out.println("END");
        System.exit(0);
    }

    private void check(String name, Check check) {
        try {
            check.run();
            System.out.println("PASS " + name);
        } catch (Exception | AssertionError e) {
            System.out.println("FAIL " + name + ": " + e);
            e.printStackTrace(System.out);
        }
    }

    private interface Work {
        void with(Booth booth, Booth.Running running) throws Exception;
    }

    private void run(int memoryMb, Work work) throws Exception {
        var fn = Booth.fn(Map.of(), memoryMb, Duration.ofSeconds(60), Duration.ofSeconds(60), false);
        try (var booth = new Booth(Files.createTempDirectory(folder, "b"))) {
            try (var running = start(booth, fn)) {
                work.with(booth, running);
            }
            assertThat(cgroups()).isEmpty();
        }
    }

    /// It is a slow machine: a process may well take longer than it may, for want of a processor.
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

    /// Of instances.
    private static List<Path> cgroups() throws IOException {
        try (var all = Files.list(TREE)) {
            return all.filter(one -> one.getFileName().toString().matches("fern-\\d+-\\d+"))
                    .toList();
        }
    }

    private static String read(Path cgroup, String file) throws IOException {
        return Files.readString(cgroup.resolve(file)).strip();
    }

    /// A cgroup as a daemon makes it, whose number nobody has any more, and with a process in it.
    private Process leftByAKilledOne() throws IOException {
        var left = Files.createDirectory(TREE.resolve("fern-999999-7"));
        var process = new ProcessBuilder("sleep", "1000").start();
        Files.writeString(left.resolve("cgroup.procs"), String.valueOf(process.pid()));
        return process;
    }

    private void cleans(Process left) throws Exception {
        run(64, (booth, running) -> {
            assertThat(left.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(TREE.resolve("fern-999999-7")).doesNotExist();
            assertThat(booth.runtime.guards()).contains("memory: by the kernel, in a cgroup for each instance");
        });
    }

    private void isInItsCgroup() throws Exception {
        run(64, (booth, running) -> {
            assertThat(Files.readString(Path.of("/proc/self/cgroup"))).isEqualTo("0::/fern\n");
            var cgroup = cgroups().getFirst();
            assertThat(read(cgroup, "memory.max")).isEqualTo(String.valueOf(64 << 20));
            assertThat(read(cgroup, "memory.oom.group")).isEqualTo("1");
            assertThat(read(cgroup, "pids.max")).isEqualTo(String.valueOf(Sandbox.PIDS + 2));
            assertThat(Path.of("/proc/swaps")).exists();
            assertThat(read(cgroup, "memory.swap.max")).isEqualTo("0");
            // bubblewrap, its first process, and the function
            assertThat(read(cgroup, "cgroup.procs").lines()).hasSize(3);
            assertThat(running.answer("answer = open('/proc/self/cgroup').read()"))
                    .isEqualTo("0::/\n");
        });
    }

    private void endsAHog() throws Exception {
        run(64, (booth, running) -> {
            assertThat(running.failure("hog = []\nwhile True: hog.append(bytearray(b'x') * (1 << 20))"))
                    .isEqualTo("greenhouse/demo was stopped: it used more than its memory of 64 MB");
            assertThat(running.instance().spent()).isTrue();
            assertThat(booth.counter("fern_process_kills_total", "reason", "memory"))
                    .isEqualTo(1);
        });
    }

    private void endsAQuickHog() throws Exception {
        run(64, (booth, running) -> {
            var code = "import mmap\nm = mmap.mmap(-1, 400 << 20, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)\n"
                    + "for i in range(0, 400 << 20, 4096): m[i] = 1\nanswer = 'got it'";
            assertThat(running.failure(code)).endsWith("it used more than its memory of 64 MB");
        });
    }

    private void countsAHogBetweenCalls() throws Exception {
        run(64, (booth, running) -> {
            running.answer("import threading, time\ndef grow():\n  time.sleep(0.1)\n"
                    + "  kept['hog'] = bytearray(b'x') * (100 << 20)\nthreading.Thread(target=grow).start()");
            Await.until("it is gone", () -> running.instance().spent());
            assertThat(booth.counter("fern_process_kills_total", "reason", "memory"))
                    .isEqualTo(1);
        });
    }

    /// Without the limit for each user, so that it is the cgroup that says no.
    private void countsProcesses() throws Exception {
        var cgroup = Objects.requireNonNull(Cgroups.take().create(64, 5));
        var said = folder.resolve("bomb.log");
        var bomb = new ProcessBuilder(
                        "sh",
                        "-c",
                        "echo 0 >" + cgroup.procs() + "; for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; wait")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Await.until(
                "it was refused one",
                () -> content(cgroup.folder(), "pids.events").contains("max 1"));
        Await.until("the shell says so", () -> content(folder, "bomb.log").contains("Cannot fork"));
        // it may have given up by now
        assertThat(read(cgroup.folder(), "pids.current")).isIn("4", "5");
        cgroup.kill();
        assertThat(bomb.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Cgroups.remove(cgroup)).isTrue();
    }

    /// As [#read], where no failure is expected.
    private static String content(Path folder, String file) {
        try {
            return read(folder, file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void removes() throws Exception {
        run(64, (booth, running) -> {
            var cgroup = cgroups().getFirst();
            running.answer(
                    "import subprocess, os\nfor i in range(5): subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
                            + "if os.fork() == 0:\n  os.setsid()\n  while True: pass\n");
            assertThat(read(cgroup, "cgroup.procs").lines()).hasSize(9);
            running.instance().stop();
            Await.until("all have ended", () -> {
                try {
                    return read(cgroup, "cgroup.procs").isEmpty();
                } catch (IOException e) {
                    return true;
                }
            });
        });
    }
}
