package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The real daemon under somebody who listens as systemd does: on a datagram socket, whose address is in the
/// environment.
class SystemdTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path HOME = Path.of(System.getProperty("fern.home")).toAbsolutePath();

    /// What `systemd-analyze security` says; less is better.
    private static final double EXPOSURE = 1.5;

    private static final String LISTEN = """
            import socket, sys
            address = sys.argv[1]
            ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            ear.bind("\\0" + address[1:] if address[0] == "@" else address)
            print("listening", flush=True)
            while True:
                print(ear.recv(4096).decode().replace("\\n", "|"), flush=True)
            """;

    private final List<String> heard = new CopyOnWriteArrayList<>();

    private void listen(Sandbox sandbox, String address) throws IOException, InterruptedException {
        var ear = sandbox.start(List.of("/usr/bin/python3", "-c", LISTEN, address), Map.of());
        ear.follow(heard::add);
        ear.awaitLine("listening", SOON);
    }

    private long count(Predicate<String> what) {
        return heard.stream().filter(what).count();
    }

    private void awaitBeats(long more) throws Exception {
        long before = count("WATCHDOG=1"::equals);
        Await.until(more + " further beats", () -> count("WATCHDOG=1"::equals) >= before + more);
    }

    @Test
    void itHearsThatTheDaemonHasStartedLivesAndStops() throws Exception {
        var address = "@fern-test-" + UUID.randomUUID();
        try (var sandbox = new Sandbox()) {
            listen(sandbox, address);
            var fern = FernProcess.start(
                    sandbox,
                    "functions: " + sandbox.folder("functions"),
                    Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "300000"));
            Await.until("READY=1", () -> heard.contains("READY=1"));
            awaitBeats(3);
            assertThat(heard).contains("STATUS=0 of 0 functions ready; see: fern status");
            fern.stop();
            Await.until("STOPPING=1", () -> count(line -> line.startsWith("STOPPING=1|")) == 1);
            assertThat(count("READY=1"::equals)).isOne();
            assertThat(heard.indexOf("READY=1")).isLessThan(heard.indexOf("WATCHDOG=1"));
        }
    }

    @Test
    void aDaemonThatCannotStartIsNeverReady() throws Exception {
        try (var sandbox = new Sandbox();
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = sandbox.folder().resolve("notify").toString();
            listen(sandbox, address);
            var config = Files.writeString(sandbox.folder().resolve("fern.yaml"), """
                    functions: %s
                    device: {board: simulated}
                    http: {listen: "127.0.0.1:%d"}
                    """.formatted(
                            sandbox.folder("functions"), taken.getLocalPort()));
            var fern = sandbox.start(
                    List.of(
                            HOME.resolve("fern").toString(),
                            "run",
                            "--config",
                            config.toString(),
                            "--data",
                            sandbox.folder("data").toString()),
                    Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "300000"));
            Await.until("its end", () -> !fern.alive());
            assertThat(fern.exitCode()).isEqualTo(78);
            Await.until("the reason", () -> count(line -> line.contains("" + taken.getLocalPort())) == 1);
            assertThat(heard).doesNotContain("READY=1", "WATCHDOG=1");
        }
    }

    @Test
    void aDispatcherThatIsStuckFeedsNoWatchdog() throws Exception {
        try (var sandbox = new Sandbox()) {
            var address = sandbox.folder().resolve("notify").toString();
            listen(sandbox, address);
            var fern = FernProcess.start(
                    sandbox,
                    "functions: " + sandbox.folder("functions"),
                    Map.of(
                            "NOTIFY_SOCKET",
                            address,
                            "WATCHDOG_USEC",
                            "300000",
                            "FERN_JAVA_OPTS",
                            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0"));
            awaitBeats(3);
            var debugger = debugger(fern.process());
            for (var name : List.of("fern-journal", "fern-timer")) {
                var thread = thread(debugger, name);
                thread.suspend();
                TimeUnit.MILLISECONDS.sleep(300); // one may be on its way
                long before = count("WATCHDOG=1"::equals);
                TimeUnit.SECONDS.sleep(1); // of its pulse ten beats
                assertThat(count("WATCHDOG=1"::equals))
                        .as("beats while " + name + " stands still")
                        .isEqualTo(before);
                assertThat(fern.get("/health/live").statusCode()).isEqualTo(200);
                thread.resume();
                awaitBeats(3);
            }
            debugger.dispose();
            fern.stop();
        }
    }

    @Test
    void theUnitExposesLittle() throws Exception {
        var said = analyze("security", "--offline=true", "--no-pager");
        var level = Pattern.compile("Overall exposure level for fern.service: ([0-9.]+)")
                .matcher(String.join("\n", said));
        assertThat(level.find()).as("%s", said).isTrue();
        assertThat(Double.parseDouble(level.group(1))).isLessThanOrEqualTo(EXPOSURE);
    }

    @Test
    void theUnitMakesSense() throws Exception {
        assertThat(analyze("verify", "--man=no"))
                .filteredOn(line -> line.contains("fern.service"))
                // what a systemd of before 2023 does not know it leaves out
                .filteredOn(line -> !line.matches(".*Unknown key.* '?Restart(Steps|MaxDelaySec)'?.*"))
                .containsExactly(
                        "fern.service: Command /usr/lib/fern/fern is not executable: No such file or directory");
    }

    private static List<String> analyze(String... words) throws Exception {
        var command = new ArrayList<>(List.of("systemd-analyze"));
        command.addAll(List.of(words));
        command.add(HOME.resolve("systemd/fern.service").toString());
        try (var sandbox = new Sandbox()) {
            var analyze = sandbox.start(command, Map.of());
            Await.until("what it says", () -> !analyze.alive());
            return analyze.output();
        }
    }

    private static VirtualMachine debugger(Child child) throws Exception {
        var listening = "Listening for transport dt_socket at address: ";
        child.awaitLine(listening, SOON);
        var port = child.output().stream()
                .filter(line -> line.startsWith(listening))
                .findFirst()
                .orElseThrow()
                .substring(listening.length())
                .strip();
        var connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(one -> one.transport().name().equals("dt_socket"))
                .map(AttachingConnector.class::cast)
                .findFirst()
                .orElseThrow();
        var arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(port);
        return connector.attach(arguments);
    }

    private static ThreadReference thread(VirtualMachine debugger, String name) {
        return debugger.allThreads().stream()
                .filter(thread -> thread.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
