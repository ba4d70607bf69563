package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What runs in the kernel of [SensorsOnAKernelTest]: a daemon, a broker, and a hand at the chips' registers. Says PASS
/// or
/// FAIL with the name of each check.
final class SensorsInKernel {
    private static final String BME280 = "0x76";
    private static final String OTHER = "0x48";
    private static final String PWM = "0x40";
    private static final Path CHANNEL = Path.of("/sys/class/pwm/pwmchip0/pwm0");
    /// The worked example of BST-BMP280-DS001, 3.12, from register 0x88 on: 25.08 degrees and 1006.53 hPa.
    private static final int[] CALIBRATION = {
        27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000
    };

    private final Sandbox sandbox;
    private final FernProcess fern;
    private final Outside outside;

    private SensorsInKernel(Sandbox sandbox, FernProcess fern, Outside outside) {
        this.sandbox = sandbox;
        this.fern = fern;
        this.outside = outside;
    }

    /// @param args the folder with the functions
    public static void main(String[] args) throws Exception {
        try (var sandbox = new Sandbox()) {
            var calibration = new ArrayList<Integer>();
            for (int word : CALIBRATION) {
                calibration.addAll(List.of(word & 0xFF, word >> 8 & 0xFF));
            }
            chip(sandbox, BME280, 0x88, calibration.toArray(Integer[]::new));
            chip(sandbox, BME280, 0xD0, 0x60);
            chip(sandbox, BME280, 0xA1, 75);
            chip(sandbox, BME280, 0xE1, 0x6A, 0x01, 0, 0x14, 0x24, 0x03, 30);
            chip(sandbox, BME280, 0xF7, 0x65, 0x5A, 0xC0, 0x7E, 0xED, 0x00, 0x75, 0x30);
            chip(sandbox, OTHER, 0x00, 0x19, 0x80);
            var broker = Mosquitto.start(sandbox);
            var yaml = """
                    functions: %s
                    mqtt: {url: "%s"}
                    sensors:
                      air: {driver: bme280, bus: 0}
                      attic: {driver: bme280, bus: 0, address: 0x77}
                      soil: {driver: register, bus: 0, address: 0x48, register: 0, format: s16be, scale: 0.00390625, name: warmth,
                             unit: C}
                      taken: {driver: register, bus: 0, address: 0x40, register: 0}
                    """.formatted(args[0], broker.url());
            try (var outside = new Outside(broker.url(), "seen/#");
                    var fern = FernProcess.startOnPins(sandbox, "auto", yaml)) {
                new SensorsInKernel(sandbox, fern, outside).run();
            } finally {
                System.out.println("END");
            }
        }
        System.exit(0);
    }

    private static List<String> chip(Sandbox sandbox, String address, int register, Integer... values)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "/usr/bin/python3",
                Uml.FOLDER.resolve(SensorsOnAKernelTest.CHIP).toString(),
                address,
                String.valueOf(register)));
        for (var value : values) {
            command.add(String.valueOf(value));
        }
        return sandbox.start(command, Map.of()).awaitSuccess(Duration.ofSeconds(60));
    }

    private void run() {
        check("aReadingOfAChipReachesTheBroker", this::reading);
        check("aRegisterIsReadAsItIsConfigured", this::register);
        check("aChipThatIsNotThereHurtsItsOwnFunctionOnly", this::missing);
        check("aChipThatFailsComesBackByItself", this::failing);
        check("theDoctorTriesEachSensor", this::doctor);
        check("aPwmChannelIsDrivenAndOffAtTheEnd", this::pwm);
    }

    private void check(String name, KernelChecks.Check check) {
        KernelChecks.check(fern, name, check);
    }

    private void reading() throws Exception {
        var heard = outside.await("a reading", one -> one.topic().equals("seen/air"));

        assertThat(heard.text())
                .startsWith("{\"temperature\":25.08,\"humidity\":")
                .contains(",\"pressure\":1006.53,\"at\":\"");
        assertThat(chip(sandbox, BME280, 0xF4)).as("told to measure once").containsExactly("25");
        assertThat(chip(sandbox, BME280, 0xF2)).as("and humidity too").containsExactly("01");
    }

    private void register() throws Exception {
        outside.await("the first", one -> one.text().startsWith("{\"warmth\":25.5,\"unit\":\"C\",\"at\":\""));
        chip(sandbox, OTHER, 0x00, 0xFF, 0x80);
        outside.await("below zero", one -> one.text().startsWith("{\"warmth\":-0.5,"));
    }

    private void missing() throws Exception {
        Await.until("it is said", () -> status().contains("nothing answers at 0x77 of /dev/i2c-0"));
        chip(sandbox, BME280, 0xFA, 0x80);
        outside.await(
                "the other goes on",
                one -> one.topic().equals("seen/air") && !one.text().contains("\"temperature\":25.08"));
    }

    private void failing() throws Exception {
        chip(sandbox, BME280, 0xD0, 0);
        Await.until("it is said", () -> status().contains("the chip there says 0x00"));
        chip(sandbox, BME280, 0xFA, 0x7E);
        chip(sandbox, BME280, 0xD0, 0x58);
        outside.await(
                "it is back, without humidity",
                one -> one.text().startsWith("{\"temperature\":25.08,\"pressure\":1006.53,\"at\":\""));
        Await.until("it is well", () -> !status().contains("the chip there says"));
    }

    private void doctor() throws Exception {
        var program = fern.commandLine().getFirst();
        var doctor = sandbox.start(
                List.of(program, "doctor", "--config", fern.config().toString()),
                Map.of("FERN_URL", fern.url().toString()));
        Await.until("it has ended", () -> doctor.exitCode() != null);

        assertThat(doctor.output())
                .contains("ok       sensor air: it answers", "ok       sensor soil: it answers")
                .anyMatch(line -> line.startsWith(
                        "problem  sensor taken: 0x40 of /dev/i2c-0 belongs to a driver of the kernel; "))
                .anyMatch(line -> line.startsWith("problem  sensor attic: nothing answers at 0x77 of /dev/i2c-0 ("));
    }

    private void pwm() throws Exception {
        Await.until(
                "it is taken", () -> Files.exists(CHANNEL) && channel("enable").equals("1"));
        outside.publish("in/lamp", "0.25");
        Await.until("a quarter", () -> channel("duty_cycle").equals("2500000"));
        assertThat(channel("period")).isEqualTo("10000000");
        assertThat(chip(sandbox, PWM, 0x08)).as("low byte of 1024 of 4096").containsExactly("00");
        assertThat(chip(sandbox, PWM, 0x09)).as("high byte").containsExactly("04");

        outside.publish("in/lamp", "1.5");
        Await.until("it is dead", () -> fern.get("/fern/status").body().contains("\"dead\":1"));
        assertThat(channel("duty_cycle")).isEqualTo("2500000");
        assertThat(fern.run("dead").toString()).contains("pwm takes a number from 0 to 1");

        fern.stop();
        assertThat(CHANNEL).as("given back").doesNotExist();
        // LEDn_OFF_H, bit 4: fully off
        assertThat(Integer.parseInt(chip(sandbox, PWM, 0x09).getFirst(), 16) & 0x10)
                .isEqualTo(0x10);
    }

    private static String channel(String name) throws IOException {
        return Files.readString(CHANNEL.resolve(name)).strip();
    }

    private String status() throws IOException, InterruptedException {
        return fern.get("/fern/status").body();
    }
}
