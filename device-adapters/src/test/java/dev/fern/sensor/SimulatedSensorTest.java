package dev.fern.sensor;

import static dev.fern.kit.Examples.fn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.RecordingIntake;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// On a simulated board each sensor of fern.yaml is there.
class SimulatedSensorTest {
    private static final Map<String, Settings.Sensor> SENSORS = Map.of(
            "air", new Settings.Sensor("bme280", 1, 0x76, null, null),
            "tank", new Settings.Sensor("ds18b20", 1, 0x76, null, null),
            "soil",
                    new Settings.Sensor(
                            "register",
                            1,
                            0x48,
                            null,
                            new Settings.Register(0, "u8", new BigDecimal("0.5"), BigDecimal.ONE, "moisture", "%")));

    private final RecordingIntake intake = new RecordingIntake();
    private SensorAdapter adapter;

    @BeforeEach
    void start() {
        adapter = adapter("simulated");
        adapter.start(intake);
    }

    @AfterEach
    void stop() {
        adapter.close();
    }

    private static SensorAdapter adapter(String board) {
        var base = Examples.settings(null, Path.of("unused"));
        var settings = new Settings(
                new Settings.Device("test", Map.of(), board),
                base.cloud(),
                base.functions(),
                base.registry(),
                base.mqtt(),
                base.brokers(),
                base.http(),
                base.pins(),
                SENSORS,
                base.vars(),
                base.config(),
                base.secrets(),
                base.limits(),
                base.data());
        var nobody = (dev.fern.Control) Proxy.newProxyInstance(
                SimulatedSensorTest.class.getClassLoader(), new Class<?>[] {dev.fern.Control.class}, (_, m, _) -> {
                    throw new AssertionError(m);
                });
        return (SensorAdapter) new SensorProvider().create(settings, new FakeTime(), new Metrics(), nobody);
    }

    private String next() throws InterruptedException {
        return intake.next().event().data().text().replaceAll(",\"at\":\"[^\"]*\"", "");
    }

    private void listen(String sensor) {
        adapter.bind(fn("a/f", "on/x", "sensor:" + sensor).triggers().subList(1, 2), List.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            air  | {"temperature":21.5,"humidity":45,"pressure":1013.25}
            tank | {"temperature":21.5}
            soil | {"moisture":51,"unit":"%"}
            """)
    void each_says_something_plausible(String sensor, String reading) throws Exception {
        listen(sensor);

        assertThat(next()).isEqualTo(reading);
    }

    @Test
    void a_hand_changes_what_it_says_and_it_is_read_at_once() throws Exception {
        listen("air");
        next();

        adapter.emit("air", Payload.of(" {\"temperature\": -31.5, \"humidity\":80} "));
        assertThat(next()).isEqualTo("{\"temperature\":-31.5,\"humidity\":80,\"pressure\":1013.25}");
        adapter.emit("air", Payload.of(""));
        assertThat(next()).isEqualTo("{\"temperature\":-31.5,\"humidity\":80,\"pressure\":1013.25}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            air  | hot                   | 'hot' is no reading; give numbers for temperature, humidity, pressure, such as
            air  | {"temperature":"hot"} | is no reading
            air  | {"temperature":1e999} | is no reading
            air  | {"light":3}           | the sensor has no light; give numbers for temperature, humidity, pressure
            lamp | {}                    | there is no sensor 'lamp'; give a name of sensors: in fern.yaml
            tank | {}                    | no function listens to sensor tank
            """)
    void what_makes_no_sense_is_refused(String sensor, String body, String why) {
        listen("air");

        assertThatThrownBy(() -> adapter.emit(sensor, Payload.of(body)))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(why);
    }

    @Test
    void nothing_is_simulated_unless_asked_for() throws Exception {
        var real = adapter("auto");
        real.bind(fn("a/f", "on/x", "sensor:air").triggers().subList(1, 2), List.of());

        assertThatThrownBy(() -> real.emit("air", Payload.of("")))
                .hasMessage("readings can be made by hand on the simulated board only; set device.board: simulated in"
                        + " fern.yaml");
        real.close();
    }
}
