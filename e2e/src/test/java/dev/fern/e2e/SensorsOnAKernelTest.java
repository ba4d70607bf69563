package dev.fern.e2e;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Sensors and PWM as a kernel has them: the real daemon and a real broker in a Linux of its own, on whose I2C bus
/// chips
/// are simulated. One of these is a PCA9685, which the kernel's own driver makes PWM channels of. [SensorsInKernel] is
/// what runs there.
class SensorsOnAKernelTest {
    static final String CHIP = "chip.py";

    private static final String ECHO = """
            public class Echo {
                public String handle(String in) { return in; }
            }
            """;
    /// Reads and writes registers of a chip by SMBus commands: `chip.py ADDRESS REGISTER [VALUE]...`.
    private static final String REGISTERS = """
            import ctypes, fcntl, os, sys
            class Request(ctypes.Structure):
                _fields_ = [("write", ctypes.c_ubyte), ("command", ctypes.c_ubyte),
                            ("size", ctypes.c_uint32), ("data", ctypes.c_void_p)]
            bus = os.open("/dev/i2c-0", os.O_RDWR)
            fcntl.ioctl(bus, 0x0706, int(sys.argv[1], 0))
            register = int(sys.argv[2], 0)
            for at, value in enumerate(sys.argv[3:] or [None]):
                data = (ctypes.c_ubyte * 34)(0 if value is None else int(value, 0) & 0xFF)
                request = Request(1 if value is None else 0, register + at, 2, ctypes.addressof(data))
                fcntl.ioctl(bus, 0x0720, request)
                print("%02x" % data[0])
            """;

    private static List<String> said = List.of();

    @BeforeAll
    static void runInAKernel() throws Exception {
        try (var sandbox = new Sandbox()) {
            TestFunction.build(sandbox, "air", "1.0.0", """
                    fern/on/air: "sensor:air?every=200ms&change=0.1"
                    fern/to/air: "mqtt:seen/air"
                    """, "Echo", ECHO);
            TestFunction.build(sandbox, "soil", "1.0.0", """
                    fern/on/soil: "sensor:soil?every=200ms&change=0.1"
                    fern/to/soil: "mqtt:seen/soil"
                    """, "Echo", ECHO);
            TestFunction.build(sandbox, "attic", "1.0.0", "fern/on/attic: \"sensor:attic\"", "Echo", ECHO);
            TestFunction.build(sandbox, "lamp", "1.0.0", """
                    fern/on/level: "mqtt:in/lamp"
                    fern/to/lamp: "pwm:0?frequency=100"
                    """, "Echo", ECHO);
            Files.writeString(sandbox.folder().resolve(CHIP), REGISTERS);
            said = Uml.boot(
                    sandbox,
                    sandbox.folder(),
                    "echo pca9685 0x40 >/sys/bus/i2c/devices/i2c-0/new_device\n"
                            + "export JAVA_HOME=" + System.getProperty("java.home") + "\n"
                            + Uml.java(SensorsInKernel.class) + " "
                            + Uml.FOLDER.resolve("functions") + "\n",
                    "mem=640M",
                    "i2c_stub.chip_addr=0x76,0x48,0x40");
        }
    }

    static Stream<String> checks() {
        return Stream.of(
                "aReadingOfAChipReachesTheBroker",
                "aRegisterIsReadAsItIsConfigured",
                "aChipThatIsNotThereHurtsItsOwnFunctionOnly",
                "aChipThatFailsComesBackByItself",
                "theDoctorTriesEachSensor",
                "aPwmChannelIsDrivenAndOffAtTheEnd");
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
