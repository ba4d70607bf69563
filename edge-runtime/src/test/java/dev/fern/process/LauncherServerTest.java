package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.kit.Await;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a launcher does for whom, and what bad input to it hurts: its own connection.
class LauncherServerTest {
    private static LauncherProcess launcher;

    @TempDir
    Path folder;

    private Path image;

    @BeforeAll
    static void startLauncher() throws Exception {
        launcher = new LauncherProcess(Path.of(System.getProperty("java.io.tmpdir")));
    }

    @AfterAll
    static void endLauncher() throws Exception {
        launcher.close();
    }

    @BeforeEach
    void anImage() throws IOException {
        Booth.remote(folder, launcher.socket).close(); // so that the launcher's user can see it
        image = Files.createDirectory(folder.resolve("image"));
    }

    private Order order(Path root, Map<String, Path> places, String... command) {
        return new Order("greenhouse/demo", root, false, places, List.of(command), Map.of(), "/", 64);
    }

    private static SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(launcher.socket));
    }

    private static SocketChannel ordered(Order order) throws IOException {
        var connection = connect();
        var words = new ArrayList<>(OrderWords.of(order));
        words.addFirst(Frame.VERSION);
        Frame.of(Frame.ORDER, words.toArray(String[]::new)).write(connection);
        return connection;
    }

    private static Frame answer(SocketChannel connection) throws IOException {
        var frame = Frame.read(connection);
        assertThat(frame).as(() -> launcher.log()).isNotNull();
        return frame;
    }

    private String refusal(Order order) throws IOException {
        try (var connection = ordered(order)) {
            var frame = answer(connection);
            assertThat(frame.kind()).isEqualTo(Frame.FAILED);
            assertThat(Frame.read(connection)).isNull();
            return frame.words()[0];
        }
    }

    @Test
    void aChildIsOneConnectionFromItsOrderToItsEnd() throws Exception {
        try (var connection = ordered(order(image, Map.of(), "/bin/sh", "-c", "echo hello; exit 3"))) {
            var started = answer(connection);
            assertThat(started.kind()).isEqualTo(Frame.STARTED);
            var home = Path.of(started.words()[0]).getParent();
            var output = answer(connection);
            assertThat(output.kind()).isEqualTo(Frame.OUTPUT);
            assertThat(new String(output.bytes(), StandardCharsets.UTF_8)).isEqualTo("hello\n");
            var exit = answer(connection);
            assertThat(exit.kind()).isEqualTo(Frame.EXIT);
            assertThat(exit.words()).containsExactly("3");
            assertThat(home).doesNotExist();
            assertThat(Frame.read(connection)).isNull();
        }
    }

    @Test
    void theEndOfTheConnectionIsTheEndOfTheChild() throws Exception {
        var command = "trap '' TERM; sleep 1000 & setsid sleep 1000 & echo up; wait";
        try (var connection = ordered(order(image, Map.of(), "/bin/sh", "-c", command))) {
            answer(connection);
            answer(connection);
            assertThat(launcher.children()).isGreaterThanOrEqualTo(4);
        }
        Await.until("nothing of it is left", () -> launcher.children() == 0);
    }

    @Test
    void anOrderMayNotNameJustAnything() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc"));
        Files.createSymbolicLink(image.resolve("up"), Path.of("/"));
        for (var root : List.of(Path.of("/"), Path.of("/etc"), link, folder.resolve("image/../../../etc"))) {
            assertThat(refusal(order(root, Map.of(), "/bin/true"))).contains("is not below a folder");
        }
        var top = Path.of(System.getProperty("java.io.tmpdir"));
        assertThat(refusal(order(top, Map.of(), "/bin/true"))).contains("is not below a folder");
        assertThat(refusal(order(Path.of("image"), Map.of(), "/bin/true"))).contains("cannot see");
        assertThat(refusal(order(image.resolve("none"), Map.of(), "/bin/true"))).contains("cannot see");
        for (var source : List.of("/run", "/root", "/var", image + "/up", launcher.socket + "/..")) {
            assertThat(refusal(order(image, Map.of("/x", Path.of(source)), "/bin/true")))
                    .containsAnyOf("is not below a folder", "cannot see");
        }
        for (var place : List.of("/", "/proc/x", "/dev", "x", "/a/../proc", "/sys")) {
            assertThat(refusal(order(image, Map.of(place, Path.of("/usr/share")), "/bin/true")))
                    .startsWith("nothing can be shown at ");
        }
        for (var command : List.of("--pid=1", "bin/true", "")) {
            assertThat(refusal(order(image, Map.of(), command))).contains("no absolute path");
        }
        assertThat(refusal(order(image, Map.of()))).contains("no absolute path");
    }

    @Test
    void whatItStartsHasNoMoreRightsThanAFunction() throws Exception {
        var seen = "grep -E 'NoNewPrivs|CapEff|CapBnd' /proc/self/status; id -u; ls /; ls " + launcher.folder;
        try (var connection = ordered(order(image, Map.of(), "/bin/sh", "-c", seen))) {
            answer(connection);
            var said = new StringBuilder();
            for (var frame = answer(connection); frame.kind() == Frame.OUTPUT; frame = answer(connection)) {
                said.append(new String(frame.bytes(), StandardCharsets.UTF_8));
            }
            assertThat(said.toString().lines())
                    .contains("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000")
                    .doesNotContain("0", "root", "home", "var")
                    .last()
                    .asString()
                    .contains("cannot access");
        }
    }

    /// Bytes as a stranger might send them.
    private static void isHungUpOn(byte[] bytes) throws IOException {
        try (var connection = connect()) {
            connection.write(ByteBuffer.wrap(bytes));
            connection.shutdownOutput();
            assertThat(Frame.read(connection)).isNull();
        } catch (SocketException e) {
            assertThat(e).as("hung up on before all was read").hasMessageContaining("reset");
        }
    }

    @Test
    void garbageHurtsItsOwnConnectionOnly() throws Exception {
        try (var good = ordered(order(image, Map.of(), "/bin/sh", "-c", "echo up; sleep 1000"))) {
            answer(good);
            answer(good);
            isHungUpOn(new byte[] {});
            isHungUpOn(new byte[] {'o', 0, 0});
            isHungUpOn("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            isHungUpOn(new byte[] {'o', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff});
            isHungUpOn(new byte[] {'o', 0x10, 0, 0, 1});
            isHungUpOn(new byte[] {'o', 0, 0, 0, 2, '1', 0});
            isHungUpOn(new byte[] {'o', 0, 0, 0, 3, '1', 0, 'x'});
            isHungUpOn(new byte[] {'b', 0, 0, 0, 0});
            var words = new ArrayList<>(OrderWords.of(order(image, Map.of(), "/bin/true")));
            words.addFirst(Frame.VERSION);
            for (int i = 1; i < words.size(); i++) {
                var part = Frame.of(Frame.ORDER, words.subList(0, i).toArray(String[]::new));
                isHungUpOn(bytes(part));
            }
            words.add("more");
            isHungUpOn(bytes(Frame.of(Frame.ORDER, words.toArray(String[]::new))));
            words.removeLast();
            words.set(5, "-1");
            isHungUpOn(bytes(Frame.of(Frame.ORDER, words.toArray(String[]::new))));

            Frame.of(Frame.BUSY).write(good);
            assertThat(launcher.children()).isGreaterThanOrEqualTo(3);
        }
        Await.until("the good one has ended now", () -> launcher.children() == 0);
    }

    private static byte[] bytes(Frame frame) {
        var whole = ByteBuffer.allocate(5 + frame.bytes().length);
        whole.put(frame.kind()).putInt(frame.bytes().length).put(frame.bytes());
        return whole.array();
    }

    @Test
    void anUnknownFrameIsTheEndOfItsChild() throws Exception {
        try (var connection = ordered(order(image, Map.of(), "/bin/sh", "-c", "sleep 1000"))) {
            answer(connection);
            Frame.of((byte) '?').write(connection);
            assertThat(answerOrEnd(connection)).isNull();
            Await.until("it is gone", () -> launcher.children() == 0);
        }
    }

    private static @Nullable Frame answerOrEnd(SocketChannel connection) throws IOException {
        var frame = Frame.read(connection);
        return frame != null && frame.kind() == Frame.OUTPUT ? answerOrEnd(connection) : frame;
    }

    @Test
    void anotherVersionIsToldSo() throws Exception {
        try (var connection = connect()) {
            Frame.of(Frame.GUARDS, "0").write(connection);
            var frame = answer(connection);
            assertThat(frame.kind()).isEqualTo(Frame.FAILED);
            assertThat(frame.words()[0]).contains("restart fern-process");
        }
    }

    @Test
    void aTextWithNulCannotBecomeAnArgumentOfBubblewrap() throws Exception {
        var order = new Order(
                "x", image, false, Map.of(), List.of("/bin/ls", "/"), Map.of("A", "b\0--bind\0/\0/x"), "/", 64);
        assertThat(OrderWords.of(order)).doesNotContain("A").noneMatch(word -> word.contains("\0"));
        // NUL separates texts, so one with it in it is two, and the order makes no sense
        var words = new ArrayList<>(OrderWords.of(order(image, Map.of(), "/bin/true")));
        words.addFirst(Frame.VERSION);
        var text = String.join("\0", words).replace("\0/\0" + "64\0", "\0/\0--bind\0/\0/x\0" + "64\0") + "\0";
        assertThat(text).contains("--bind");
        isHungUpOn(bytes(new Frame(Frame.ORDER, text.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aStrangerIsHungUpOn() throws Exception {
        if (!LauncherProcess.isRoot()) {
            return; // only root can be another user
        }
        var ask = "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
                + "s.sendall(b'g\\x00\\x00\\x00\\x021\\x00')\nprint(s.recv(100))";
        Files.setAttribute(launcher.socket, "unix:mode", 0140666);
        var stranger = new ProcessBuilder(
                        "setpriv",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "/usr/bin/python3",
                        "-c",
                        ask,
                        launcher.socket.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(stranger.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(stranger.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).containsAnyOf("b''", "ConnectionResetError", "BrokenPipeError");
        assertThat(launcher.log()).contains("asked for a process and may not");
    }

    @Test
    void aLauncherThatIsKilledIsTheReasonWhyACallFailed() throws Exception {
        try (var own = new LauncherProcess(Path.of(System.getProperty("java.io.tmpdir")));
                var booth = Booth.remote(folder, own.socket);
                var running = booth.start()) {
            long pid = Long.parseLong(running.answer("import os\nanswer = os.getpid()"));
            assertThat(pid).isEqualTo(2);
            var killer = Thread.ofVirtual().start(() -> own.process.destroyForcibly());
            assertThat(running.failure("import time\ntime.sleep(100)"))
                    .isEqualTo(
                            "greenhouse/demo was stopped: the launcher that had started it has ended, or was stopped");
            killer.join();
            assertThat(running.instance().spent()).isTrue();
            assertThat(booth.counter("fern_process_kills_total", "reason", "launcher"))
                    .isEqualTo(1);
        }
    }

    @Test
    void oneWithoutWorkEndsAndLeavesNothing() throws Exception {
        try (var own = new LauncherProcess(Path.of(System.getProperty("java.io.tmpdir")), "--idle", "1")) {
            assertThat(own.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(own.process.exitValue()).isZero();
        }
    }

    @Test
    void itTakesLittleMemory() throws Exception {
        try (var booth = Booth.remote(folder, launcher.socket);
                var running = booth.start()) {
            running.answer("answer = 1");
            System.out.printf("a launcher has %d KB in memory for itself%n", launcher.ownKb());
            assertThat(launcher.ownKb()).isBetween(1000L, 24_000L);
        }
    }
}
