package dev.fern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What can be wrong with `sensors:`.
class SensorKeysTest {
    private static final String CLOUD = "cloud: {url: 'https://fn.example.com'}\n";

    @TempDir
    Path root;

    private Device device;

    @BeforeEach
    void device() {
        device = new Device(root);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sensors: {air: {driver: bme180}}         | fern.yaml:2: sensors.air.driver: 'bme180' makes no sense; give one of bme280, ds18b20, register",
                "sensors: {air: {bus: 1}}                 | fern.yaml:2: sensors.air.driver: is missing; add it",
                "sensors: {air: {driver: bme280, address: 0x78}} | fern.yaml:2: sensors.air.address: '0x78' makes no sense; give an address from 0x03 to 0x77",
                "sensors: {air: {driver: bme280, address: 2}}    | fern.yaml:2: sensors.air.address: '2' makes no sense; give an address from 0x03 to 0x77",
                "sensors: {air: {driver: bme280, address: seven}} | fern.yaml:2: sensors.air.address: 'seven' makes no sense; give an address from 0x03 to 0x77",
                "sensors: {air: {driver: bme280, bus: 256}}      | fern.yaml:2: sensors.air.bus: '256' makes no sense; give a whole number from 0 to 255",
                "sensors: {air: {driver: bme280, id: 28-0316a2794bff}} | fern.yaml:2: sensors.air.id: a bme280 has no id; remove it; it has driver, bus, address",
                "sensors: {t: {driver: ds18b20, id: 10-000802b4635f}}  | fern.yaml:2: sensors.t.id: '10-000802b4635f' makes no sense; give an id such as 28-0316a2794bff",
                "sensors: {t: {driver: ds18b20, adress: 1}}      | fern.yaml:2: sensors.t.adress: this key is unknown; did you mean address?",
                "sensors: {t: {driver: register, register: 0}}   | fern.yaml:2: sensors.t.address: is missing; add it",
                "sensors: {t: {driver: register, address: 72}}   | fern.yaml:2: sensors.t.register: is missing; add it",
                "sensors: {t: {driver: register, address: 72, register: 0x100}} | fern.yaml:2: sensors.t.register: '0x100' makes no sense; give a register from 0x00 to 0xff",
                "sensors: {t: {driver: register, address: 72, register: 0, format: float}} | fern.yaml:2: sensors.t.format: 'float' makes no sense; give one of u8, s8, u16be, u16le, s16be, s16le",
                "sensors: {t: {driver: register, address: 72, register: 0, scale: 0.0}}    | fern.yaml:2: sensors.t.scale: it would make every value the same; give a number other than 0",
                "sensors: {t: {driver: register, address: 72, register: 0, name: at}}      | fern.yaml:2: sensors.t.name: 'at' makes no sense; give up to 32 letters, digits, _ and -, but not at and unit",
                "sensors: {a: {driver: bme280}, b: {driver: register, address: 118, register: 0}} | fern.yaml:2: sensors.b: is at the same place as a; give it another bus, address or id, or use the name a",
                "sensors: {a: {driver: ds18b20}, b: {driver: ds18b20}} | fern.yaml:2: sensors.b: is at the same place as a; give it another bus, address or id, or use the name a",
                "sensors: {a b: {driver: ds18b20}}        | fern.yaml:2: sensors.a b: 'a b' cannot be a name here; use letters, digits, . _ and -"
            })
    void each_kind_of_mistake(String line, String problem) {
        assertThat(device.problems(CLOUD + line)).containsExactly(problem);
    }

    @Test
    void all_of_them_are_said_at_once() {
        assertThat(device.problems(CLOUD + """
                        sensors:
                          air: {driver: bme180, bus: -1}
                          tank: {driver: ds18b20, bus: 1}
                        """)).hasSize(3);
    }

    @Test
    void a_flood_of_sensors_is_a_mistake() {
        var sensors = new StringBuilder("sensors:\n");
        for (int i = 0; i <= SensorKeys.MOST; i++) {
            sensors.append("  s")
                    .append(i)
                    .append(": {driver: bme280, bus: ")
                    .append(i)
                    .append("}\n");
        }

        assertThat(device.problems(CLOUD + sensors))
                .containsExactly("fern.yaml:2: sensors: there are 33 sensors; keep 32 of them");
    }
}
