package dev.fern.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Options;
import dev.fern.Settings;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
    private static final String CLOUD = "cloud: {url: 'https://fn.example.com'}\n";

    @TempDir
    Path root;

    private Device device;

    @BeforeEach
    void device() {
        device = new Device(root);
    }

    @Test
    void all_defaults() {
        assertThat(device.settings(CLOUD))
                .isEqualTo(new Settings(
                        new Settings.Device("porch-1d1c36", Map.of(), "auto"),
                        new Settings.Cloud(
                                URI.create("https://fn.example.com:443"), List.of("*"), Duration.ofMinutes(5), null),
                        null,
                        new Settings.Registry(null, Set.of(), null),
                        null,
                        Map.of(),
                        new Settings.Http("127.0.0.1:8080", null, null, null, null, List.of()),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        root.resolve("etc/fern/secrets"),
                        new Settings.Limits(32, 1000, 100_000, 268_435_456, 262_144, 1_073_741_824),
                        Path.of("/var/lib/fern")));
        assertThat(device.settings(CLOUD + "mqtt: {url: 'mqtt://b'}\nbrokers: {plant: {url: 'tcp://c'}}\n"))
                .satisfies(settings -> {
                    assertThat(settings.mqtt())
                            .isEqualTo(new Settings.Broker(
                                    URI.create("mqtt://b:1883"),
                                    "fern-porch-1d1c36",
                                    false,
                                    "fern",
                                    null,
                                    null,
                                    null,
                                    null,
                                    null));
                    assertThat(settings.brokers().get("plant"))
                            .extracting(Settings.Broker::clientId, Settings.Broker::prefix)
                            .containsExactly("fern-porch-1d1c36-plant", "fern");
                });
    }

    @Test
    void calls_by_message_are_off_until_a_broker_is_allowed_them() {
        var settings = device.settings(
                CLOUD + "mqtt: {url: 'mqtt://b'}\nbrokers: {plant: {url: 'tcp://c', remote-calls: true}}\n");

        assertThat(settings.mqtt()).returns(false, Settings.Broker::remoteCalls);
        assertThat(settings.brokers().get("plant")).returns(true, Settings.Broker::remoteCalls);
    }

    @Test
    void the_limits_that_hold_when_nothing_is_configured_are_those_of_the_root() {
        assertThat(device.settings(CLOUD).limits()).isEqualTo(Settings.Limits.DEFAULT);
    }

    @Test
    void the_example_of_the_contract() throws IOException {
        for (var file :
                List.of("cloud.token", "registry.json", "password", "ca.pem", "cert.pem", "key.pem", "http.token")) {
            device.file("etc/fern/" + file, "x");
        }
        try (var example = getClass().getResourceAsStream("contract.yaml")) {
            var text = new String(Objects.requireNonNull(example).readAllBytes(), StandardCharsets.UTF_8);

            assertThat(device.settings(text)).isEqualTo(contract());
        }
    }

    private Settings contract() {
        var etc = root.resolve("etc/fern");
        return new Settings(
                        new Settings.Device("porch-1", Map.of("site", "tokyo", "role", "gate"), "auto"),
                        new Settings.Cloud(
                                URI.create("https://fn.example.com:443"),
                                List.of("greenhouse"),
                                Duration.ofMinutes(5),
                                etc.resolve("cloud.token")),
                        null,
                        new Settings.Registry(etc.resolve("registry.json"), Set.of("127.0.0.1:5000"), null),
                        new Settings.Broker(
                                URI.create("mqtts://broker.example.com:8883"),
                                "fern-porch-1",
                                false,
                                "fern",
                                "porch-1",
                                etc.resolve("password"),
                                etc.resolve("ca.pem"),
                                etc.resolve("cert.pem"),
                                etc.resolve("key.pem")),
                        Map.of(
                                "plant",
                                new Settings.Broker(
                                        URI.create("tcp://127.0.0.1:1883"),
                                        "fern-porch-1-plant",
                                        false,
                                        "fern",
                                        null,
                                        null,
                                        null,
                                        null,
                                        null)),
                        new Settings.Http(
                                "127.0.0.1:8080",
                                etc.resolve("http.token"),
                                etc.resolve("cert.pem"),
                                etc.resolve("key.pem"),
                                etc.resolve("ca.pem"),
                                List.of("/t/greenhouse/hook")),
                        Map.of(
                                "door",
                                new Settings.Pin(
                                        "17", new Options(Map.of("pull", "up", "debounce", "20ms", "active", "low"))),
                                "fan",
                                new Settings.Pin("27", new Options(Map.of("initial", "low")))),
                        Map.of("bay", "B7"),
                        Map.of("greenhouse/too-hot", Map.of("LIMIT", "28", "TOKEN", "secret:telegram")),
                        etc.resolve("secrets"),
                        Settings.Limits.DEFAULT,
                        Path.of("/var/lib/fern"))
                .with(Map.of("air", new Settings.Sensor("bme280", 1, 0x76, null, null)));
    }

    @Test
    void each_driver_of_a_sensor_has_its_defaults() {
        var sensors = device.settings(CLOUD + """
                        sensors:
                          air: {driver: bme280}
                          attic: {driver: bme280, bus: 3, address: 119}
                          tank: {driver: ds18b20}
                          lake: {driver: ds18b20, id: 28-0316a2794bff}
                          soil: {driver: register, address: 0x48, register: 7}
                          level: {driver: register, bus: 0, address: 0x48, register: 0x0a, format: s16be, scale: -0.0625,
                                  offset: 40, name: level, unit: "%"}
                        """).sensors();

        var plain = new Settings.Register(7, "u8", BigDecimal.ONE, BigDecimal.ZERO, "value", null);
        var scaled = new Settings.Register(10, "s16be", new BigDecimal("-0.0625"), new BigDecimal("40"), "level", "%");
        assertThat(sensors)
                .containsExactly(
                        Map.entry("air", new Settings.Sensor("bme280", 1, 0x76, null, null)),
                        Map.entry("attic", new Settings.Sensor("bme280", 3, 0x77, null, null)),
                        Map.entry("tank", new Settings.Sensor("ds18b20", 1, 0x76, null, null)),
                        Map.entry("lake", new Settings.Sensor("ds18b20", 1, 0x76, "28-0316a2794bff", null)),
                        Map.entry("soil", new Settings.Sensor("register", 1, 0x48, null, plain)),
                        Map.entry("level", new Settings.Sensor("register", 0, 0x48, null, scaled)));
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt://b, mqtt://b:1883",
        "tcp://b, tcp://b:1883",
        "mqtts://b, mqtts://b:8883",
        "ssl://b, ssl://b:8883",
        "mqtt://b:99, mqtt://b:99",
        "mqtt://b/, mqtt://b:1883",
        "'mqtt://[::1]:1884', 'mqtt://[::1]:1884'"
    })
    void a_broker_url_gets_the_port_of_its_scheme(String written, String read) {
        var mqtt = device.settings(CLOUD + "mqtt: {url: '" + written + "'}").mqtt();

        assertThat(mqtt).isNotNull();
        assertThat(Objects.requireNonNull(mqtt).url()).hasToString(read);
    }

    @ParameterizedTest
    @CsvSource({"1048576, 1048576", "1048576B, 1048576", "64KB, 65536", "256MB, 268435456", "2GB, 2147483648"})
    void sizes_are_powers_of_1024(String written, long bytes) {
        assertThat(device.settings(CLOUD + "limits: {event-bytes: 1KB, queue-bytes: " + written + "}")
                        .limits()
                        .queueBytes())
                .isEqualTo(bytes);
    }

    @Test
    void a_variable_goes_over_the_file_and_may_stand_alone() {
        device.file("etc/fern/t", "x")
                .variable("FERN_CLOUD_URL", "http://other/fn")
                .variable("FERN_CLOUD_APPS", "a, b")
                .variable("FERN_CLOUD_TOKEN_FILE", "t")
                .variable("FERN_MQTT_URL", "mqtt://from-variable")
                .variable("FERN_DEVICE_ID", "gate")
                .variable("FERN_DEVICE_LABELS_SITE", "osaka")
                .variable("FERN_LIMITS_RUNNING", "4")
                .variable("FERN_LIMITS_DEAD", "")
                .variable("FERN_DATA", "/tmp/state")
                .variable("FERN_TOKEN_FILE", "not the reader's");

        var settings = device.settings(CLOUD + "device: {labels: {site: tokyo}}\nlimits: {dead: 7}\n");

        assertThat(settings.cloud())
                .isEqualTo(new Settings.Cloud(
                        URI.create("http://other:80/fn"),
                        List.of("a", "b"),
                        Duration.ofMinutes(5),
                        root.resolve("etc/fern/t")));
        assertThat(Objects.requireNonNull(settings.mqtt()).url()).hasToString("mqtt://from-variable:1883");
        assertThat(settings.mqtt().clientId()).isEqualTo("fern-gate");
        assertThat(settings.device().labels()).containsExactly(Map.entry("site", "osaka"));
        assertThat(settings.limits().running()).isEqualTo(4);
        assertThat(settings.limits().dead()).isEqualTo(7);
        assertThat(settings.data()).hasToString("/tmp/state");
    }

    @Test
    void the_state_folder_of_the_command_goes_over_the_variable() {
        device.variable("FERN_DATA", "/tmp/state").file("etc/fern/fern.yaml", CLOUD);

        assertThat(device.reader().read(device.config(), Path.of("/srv/fern")))
                .isInstanceOfSatisfying(
                        Reading.Good.class,
                        good -> assertThat(good.settings().data()).hasToString("/srv/fern"));
    }

    @Test
    void functions_from_a_folder_beside_the_configuration() {
        device.file("etc/fern/functions/hello/func.yaml", "name: hello");

        var settings = device.settings("functions: functions\n");

        assertThat(settings.functions()).isEqualTo(root.resolve("etc/fern/functions"));
        assertThat(settings.cloud()).isNull();
    }

    @Test
    void a_section_without_content_is_as_good_as_none() {
        assertThat(device.settings(CLOUD + "mqtt:\n#  url: mqtt://b\npins:\nlimits: ~\n"))
                .isEqualTo(device.settings(CLOUD));
    }

    @Test
    void words_are_read_as_they_are_written() {
        assertThat(device.settings(CLOUD + "pins: {door: {line: GPIO17, pull: off}}\nvars: {a: yes, b: 007, c: 1e3}\n"))
                .satisfies(settings -> {
                    assertThat(Objects.requireNonNull(settings.pins().get("door"))
                                    .options()
                                    .asMap())
                            .containsExactly(Map.entry("pull", "off"));
                    assertThat(settings.vars()).isEqualTo(Map.of("a", "yes", "b", "007", "c", "1e3"));
                });
    }

    @Test
    void the_commands_find_the_daemon_even_if_the_rest_makes_no_sense() {
        device.file(
                "etc/fern/fern.yaml",
                "http: {listen: '127.0.0.1:9090', token-file: gone}\nmqtt: {url: nonsense}\nunknown: 1\n");

        var http = device.reader().http(device.config());

        assertThat(http.listen()).isEqualTo("127.0.0.1:9090");
        assertThat(http.tokenFile()).isEqualTo(root.resolve("etc/fern/gone"));
        assertThat(device.reader().http(root.resolve("no-such.yaml")).listen()).isEqualTo("127.0.0.1:8080");
        assertThat(device.file("broken.yaml", "[")
                        .reader()
                        .http(root.resolve("broken.yaml"))
                        .listen())
                .isEqualTo("127.0.0.1:8080");
    }
}
