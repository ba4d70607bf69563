package dev.fern.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Pins as a kernel has them: the real daemon and a real broker in a Linux of its own, whose chip is simulated.
/// [PinsInKernel] is what runs there.
class PinsOnAKernelTest {
    /// Somebody else has line 24 while this file is there.
    static final Path HOLD = Uml.FOLDER.resolve("hold");

    private static final String ECHO = """
            public class Echo {
                public String handle(String in) { return in; }
            }
            """;
    private static final String FOLLOW = """
            public class Follow {
                public String handle(String in) { return in.contains("rising") ? "high" : "low"; }
            }
            """;
    /// Takes a line through the same interface, in other words: struct gpio_v2_line_request by hand.
    private static final String HOLDER = """
            import fcntl, glob, os, struct, sys, time
            for path in glob.glob("/dev/gpiochip*"):
                chip = os.open(path, os.O_RDWR)
                info = fcntl.ioctl(chip, 0x8044B401, bytes(68))
                if info[32:64].rstrip(bytes(1)).decode() == sys.argv[1]:
                    request = bytearray(592)
                    struct.pack_into("I", request, 0, int(sys.argv[2]))
                    request[256:256 + len(sys.argv[3])] = sys.argv[3].encode()
                    struct.pack_into("Q", request, 288, 4)
                    struct.pack_into("I", request, 560, 1)
                    fcntl.ioctl(chip, 0xC250B407, request)
                    open(sys.argv[4], "w").close()
                    while os.path.exists(sys.argv[4]):
                        time.sleep(0.05)
            """;

    private static List<String> said = List.of();

    @BeforeAll
    static void runInAKernel() throws Exception {
        try (var sandbox = new Sandbox()) {
            TestFunction.build(sandbox, "echo", "1.0.0", """
                    fern/on/door: "gpio:GPIO17?pull=down"
                    fern/on/heater: "gpio:heater?edge=rising"
                    fern/on/button: "gpio:5?pull=up&debounce=2s&active=low"
                    fern/on/shared: "gpio:24"
                    fern/on/burst: "gpio:6"
                    fern/to/door: "mqtt:seen/door?from=door"
                    fern/to/heater: "mqtt:seen/heater?from=heater"
                    fern/to/button: "mqtt:seen/button?from=button"
                    fern/to/burst: "mqtt:seen/burst?from=burst"
                    fern/to/shared: "mqtt:seen/shared?from=shared"
                    """, "Echo", ECHO);
            TestFunction.build(sandbox, "follow", "1.0.0", """
                    fern/on/door: "gpio:17"
                    fern/to/lamp: "gpio:27"
                    fern/to/pump: "gpio:23?initial=high&active=high"
                    fern/to/seen: "mqtt:seen/follow"
                    """, "Follow", FOLLOW);
            Files.writeString(sandbox.folder().resolve("holder.py"), HOLDER);
            said = Uml.boot(
                    sandbox,
                    sandbox.folder(),
                    "export JAVA_HOME=" + System.getProperty("java.home") + "\n" + Uml.java(PinsInKernel.class) + " "
                            + Uml.FOLDER.resolve("functions") + "\n",
                    "mem=640M");
        }
    }

    static Stream<String> checks() {
        return Stream.of(
                "anEdgeRunsAFunctionThatSetsAPinAndTellsTheBroker",
                "anEdgeIsAsOldAsTheKernelSays",
                "aLineIsFoundByItsName",
                "theKernelPullsAndDebounces",
                "everyEdgeThatTheKernelReportsArrives",
                "aStormLosesNothingThatTheKernelReports",
                "aLineThatIsTakenSaysByWhomAndIsHadWhenItIsFree",
                "aChipMayGoAndComeBack");
    }

    @ParameterizedTest
    @MethodSource("checks")
    void onAKernel(String check) {
        KernelChecks.assertPassed(said, check);
    }

    @Test
    void allWereRun() {
        KernelChecks.assertAll(said, checks().count());
    }
}
