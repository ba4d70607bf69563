package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// In which cgroup Fern makes others, and what it writes: with files that look like the kernel's. [RealKernelTest] has
/// the
/// real ones.
class CgroupsTest {
    @TempDir
    Path folder;

    private Path proc;
    private Path unit;

    @BeforeEach
    void aDelegatedUnit() throws IOException {
        proc = folder.resolve("proc");
        Files.createDirectories(proc.resolve("self"));
        var mount = Files.createDirectory(folder.resolve("cgroup"));
        Files.writeString(
                proc.resolve("self/mountinfo"),
                "22 1 0:5 / /proc rw - proc proc rw\n30 1 0:9 / " + mount + " rw shared:4 - cgroup2 cgroup2 rw\n");
        unit = Files.createDirectories(mount.resolve("system.slice/fern-process.service"));
        Files.writeString(unit.resolve("cgroup.controllers"), "cpu memory pids\n");
        Files.writeString(unit.resolve("cgroup.subtree_control"), "");
        Files.writeString(Files.createDirectory(unit.resolve("fern")).resolve("cgroup.kill"), "");
        in("/system.slice/fern-process.service");
        delegate(unit);
    }

    private void in(String path) throws IOException {
        Files.writeString(proc.resolve("self/cgroup"), "4:pids:/x\n0::" + path + "\n");
    }

    private static void delegate(Path cgroup) throws IOException {
        Objects.requireNonNull(Files.getFileAttributeView(cgroup, UserDefinedFileAttributeView.class))
                .write("delegate", ByteBuffer.wrap(new byte[] {'1'}));
    }

    @Test
    void theDaemonGoesIntoALeafBeforeItSwitchesControllersOn() throws IOException {
        var cgroups = Cgroups.take(proc);

        assertThat(cgroups.missing()).isEmpty();
        assertThat(unit.resolve("fern/cgroup.procs")).hasContent("0");
        assertThat(unit.resolve("cgroup.subtree_control")).hasContent("+memory +pids");
    }

    @Test
    void oneThatIsInTheLeafAlreadyStaysThere() throws IOException {
        in("/system.slice/fern-process.service/fern");

        assertThat(Cgroups.take(proc).missing()).isEmpty();
        assertThat(unit.resolve("fern/fern")).doesNotExist();
    }

    @Test
    void anInstanceHasItsLimits() throws IOException {
        var instance = Objects.requireNonNull(Cgroups.take(proc).create(64, 52));

        assertThat(instance.folder()).hasParent(unit);
        assertThat(instance.folder().resolve("memory.max")).hasContent("67108864");
        assertThat(instance.folder().resolve("memory.oom.group")).hasContent("1");
        assertThat(instance.folder().resolve("pids.max")).hasContent("52");
    }

    @Test
    void whatEndedItIsInItsEvents() throws IOException {
        var instance = new Cgroup(folder);
        assertThat(instance.outOfMemory(64)).isNull();

        Files.writeString(folder.resolve("memory.events"), "low 0\nhigh 0\nmax 40\noom 0\noom_kill 0\n");
        assertThat(instance.outOfMemory(64)).isNull();
        Files.writeString(folder.resolve("memory.events"), "max 40\noom 1\noom_kill 3\noom_group_kill 1\n");
        assertThat(instance.outOfMemory(64)).isEqualTo("it used more than its memory of 64 MB");
        Files.writeString(folder.resolve("memory.events"), "max 0\noom 0\noom_kill 3\n");
        assertThat(instance.outOfMemory(64)).isEqualTo("the device, or the unit it runs in, has no memory left");
    }

    @Test
    void oneThatHasNoRoomForItsProgramsIsFull() throws IOException {
        var instance = new Cgroup(folder);
        Files.writeString(folder.resolve("memory.events"), "max 7\noom 0\n");
        assertThat(instance.pressed()).isEqualTo(7);

        Files.writeString(folder.resolve("memory.stat"), "anon 1\nfile " + (30 << 20) + "\nfile_mapped 9\nshmem 10\n");
        assertThat(instance.full(64)).isFalse();
        Files.writeString(folder.resolve("memory.stat"), "anon 1\nfile " + (30 << 20) + "\nshmem " + (27 << 20) + "\n");
        assertThat(instance.full(64)).as("what is in /tmp cannot go").isTrue();
    }

    @Test
    void oneThatIsNotDelegatedIsLeftAlone() throws IOException {
        var other = Files.createDirectories(folder.resolve("cgroup/user.slice"));
        Files.writeString(other.resolve("cgroup.controllers"), "memory pids\n");
        Files.writeString(other.resolve("cgroup.subtree_control"), "");
        in("/user.slice");
        if ((int) Files.getAttribute(folder, "unix:uid") == 0) {
            assertThat(Cgroups.take(proc).missing()).isEqualTo("its cgroup is not delegated");
            assertThat(other.resolve("fern")).doesNotExist();
        } else {
            assertThat(Cgroups.take(proc).missing())
                    .as("it belongs to this user")
                    .doesNotContain("not delegated");
        }
    }

    @Test
    void withoutAControllerItSaysWhich() throws IOException {
        Files.writeString(unit.resolve("cgroup.controllers"), "cpu pids\n");
        assertThat(Cgroups.take(proc).missing()).isEqualTo("the memory controller of cgroups v2 is not switched on");

        Files.writeString(unit.resolve("cgroup.controllers"), "\n");
        assertThat(Cgroups.take(proc).missing()).contains("the memory controller");
        Files.writeString(unit.resolve("cgroup.controllers"), "memory\n");
        assertThat(Cgroups.take(proc).missing()).contains("the pids controller");
    }

    @Test
    void withoutCgroupsV2ThereAreNone() throws IOException {
        Files.writeString(proc.resolve("self/mountinfo"), "30 1 0:9 / /x rw - cgroup cgroup rw,memory\n");
        var cgroups = Cgroups.take(proc);

        assertThat(cgroups.missing()).isEqualTo("this system has no cgroups v2");
        assertThat(cgroups.create(64, 50)).isNull();
        in("/../outside");
        assertThat(Cgroups.take(proc).missing()).isEqualTo("this system has no cgroups v2");
    }

    @Test
    void anOldKernelHasNone() throws IOException {
        Files.delete(unit.resolve("fern/cgroup.kill"));

        assertThat(Cgroups.take(proc).missing()).contains("older than 5.14");
        assertThat(unit.resolve("fern")).doesNotExist();
    }

    @Test
    void whatCannotBeReadIsNoReasonToFail() throws IOException {
        Files.delete(unit.resolve("cgroup.controllers"));
        assertThat(Cgroups.take(proc).missing()).startsWith("its cgroup cannot be used");
        Files.delete(proc.resolve("self/mountinfo"));
        assertThat(Cgroups.take(proc).missing()).startsWith("its cgroup cannot be used");
    }
}
