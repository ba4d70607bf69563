package dev.fern.sensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Settings;
import dev.fern.config.ConfigReader;
import dev.fern.config.Reading;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The drivers on folders that look like the kernel's.
class DriversTest {
    private static final String GOOD = "73 01 4b 46 7f ff 0d 10 41 : crc=41 YES\n73 01 4b 46 7f ff 0d 10 41 t=";

    @TempDir
    Path root;

    private Settings.Sensor configured(String yaml) throws IOException {
        var file = Files.writeString(root.resolve("fern.yaml"), "functions: .\nsensors: {x: " + yaml + "}\n");
        return switch (new ConfigReader(Map.of()).read(file, root)) {
            case Reading.Good good ->
                Objects.requireNonNull(good.settings().sensors().get("x"));
            case Reading.Bad bad -> throw new AssertionError(bad.problems());
        };
    }

    private Sensor driver(String yaml) throws IOException {
        return Drivers.of(configured(yaml), root.resolve("dev"), root.resolve("sys"));
    }

    private void thermometer(String id, String file, String text) throws IOException {
        var folder = Files.createDirectories(root.resolve("sys/bus/w1/devices").resolve(id));
        Files.writeString(folder.resolve(file), text);
    }

    private static void refused(Sensor sensor, String why, String whatToDo) {
        assertThatThrownBy(sensor::read).isInstanceOfSatisfying(SensorException.class, e -> {
            assertThat(e.problem().why()).contains(why);
            assertThat(e.problem().whatToDo()).contains(whatToDo);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"bme280", "ds18b20", "register"})
    void each_word_of_the_configuration_has_its_driver(String driver) throws IOException {
        var more = driver.equals("register") ? ", address: 0x48, register: 1" : "";

        assertThat(driver("{driver: " + driver + more + "}").bus())
                .isEqualTo(driver.equals("ds18b20") ? "w1" : "i2c-1");
    }

    @Test
    void a_bus_that_is_not_there_is_said_with_how_to_switch_it_on() throws IOException {
        refused(driver("{driver: bme280}"), "there is no " + root.resolve("dev/i2c-1"), "dtparam=i2c_arm=on");
    }

    @Test
    void a_file_that_is_no_bus_is_no_sensor() throws IOException {
        Files.createFile(Files.createDirectory(root.resolve("dev")).resolve("i2c-1"));

        refused(
                driver("{driver: bme280}"),
                "nothing answers at 0x76 of " + root.resolve("dev/i2c-1"),
                "i2cdetect -y 1");
    }

    @ParameterizedTest
    @CsvSource({"21437,21.437", "-5062,-5.062", "0,0", "84999,84.999"})
    void the_only_thermometer_needs_no_id(String thousandths, BigDecimal degrees) throws Exception {
        thermometer("28-0316a2794bff", "w1_slave", GOOD + thousandths + "\n");

        assertThat(driver("{driver: ds18b20}").read().values().getOrDefault("temperature", BigDecimal.TEN))
                .isEqualByComparingTo(degrees);
    }

    @Test
    void newer_kernels_have_the_temperature_alone() throws Exception {
        thermometer("28-0316a2794bff", "temperature", "21437\n");

        assertThat(driver("{driver: ds18b20}").read()).isEqualTo(degrees("21.437"));
    }

    private static dev.fern.sensor.Reading degrees(String degrees) {
        return dev.fern.sensor.Reading.of("temperature", new BigDecimal(degrees));
    }

    @Test
    void one_of_several_is_chosen_by_its_id() throws Exception {
        thermometer("28-0316a2794bff", "w1_slave", GOOD + "1000");
        thermometer("28-0416a1ab33ff", "w1_slave", GOOD + "2000");

        assertThat(driver("{driver: ds18b20, id: 28-0416a1ab33ff}").read()).isEqualTo(degrees("2.000"));
        refused(
                driver("{driver: ds18b20}"),
                "there are 2 thermometers",
                "give id: one of 28-0316a2794bff, 28-0416a1ab33ff");
        refused(
                driver("{driver: ds18b20, id: 28-000000000000}"),
                "there is no 28-000000000000 on the 1-wire bus",
                "there is 28-0316a2794bff, 28-0416a1ab33ff");
    }

    @Test
    void what_a_thermometer_says_must_be_believable() throws IOException {
        var sensor = driver("{driver: ds18b20}");
        refused(sensor, "there is no 1-wire bus", "dtoverlay=w1-gpio");
        Files.createDirectories(root.resolve("sys/bus/w1/devices"));
        refused(sensor, "there is no thermometer on the 1-wire bus", "check the wiring");

        thermometer("28-0316a2794bff", "w1_slave", GOOD.replace("YES", "NO") + "21437\n");
        refused(sensor, "what 28-0316a2794bff said came garbled (CRC)", "pull-up");
        thermometer("28-0316a2794bff", "w1_slave", GOOD + "85000\n");
        refused(sensor, "28-0316a2794bff says 85 C, as it does when its power has failed", "check its supply");
        thermometer("28-0316a2794bff", "w1_slave", "");
        refused(sensor, "28-0316a2794bff said nothing", "check the wiring");
    }

    @ParameterizedTest
    @CsvSource({
        "u8, 255",
        "s8, -1",
        "u16be, 65409",
        "s16be, -127",
        "u16le, 33279",
        "s16le, -32257",
    })
    void a_register_is_read_in_each_format(String format, BigDecimal raw) throws Exception {
        var chip = new FakeChip().set(7, 0xFF, 0x81);
        var sensor = configured("{driver: register, address: 0x48, register: 7, format: " + format + "}");

        var reading = new Register("i2c-1", Objects.requireNonNull(sensor.register()), chip::open).read();

        assertThat(reading.values()).containsExactly(Map.entry("value", raw));
        assertThat(chip.open).isZero();
    }

    @Test
    void what_a_register_means_is_exact() throws Exception {
        var chip = new FakeChip().set(7, 3);
        var sensor = configured(
                "{driver: register, address: 0x48, register: 7, scale: 0.1, offset: -40, name: soil," + " unit: '%'}");

        var reading = new Register("i2c-1", Objects.requireNonNull(sensor.register()), chip::open).read();

        assertThat(reading.json(Instant.EPOCH))
                .isEqualTo("{\"soil\":-39.7,\"unit\":\"%\",\"at\":\"1970-01-01T00:00:00Z\"}");
    }
}
