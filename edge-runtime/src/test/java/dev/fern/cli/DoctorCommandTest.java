package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.config.ConfigReader;
import dev.fern.config.Reading;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    Path folder;

    private final PlayedInspection rooms = new PlayedInspection();
    private PlayedDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new PlayedDaemon();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private Shell.Ran doctor(String config) throws IOException {
        var file = Files.writeString(folder.resolve("fern.yaml"), config);
        return new Shell()
                .inspection(rooms)
                .variable("FERN_URL", daemon.url())
                .fern("doctor", "--config", file.toString(), "--data", folder + "/state");
    }

    @Test
    void all_is_well() throws IOException {
        daemon.on(
                        "GET /fern/status",
                        "{\"device\":\"porch-1\",\"version\":\"0.1.0\",\"health\":{\"mqtt\":{\"up\":true}}}")
                .on("GET /version", "{\"version\":\"0.3.753\"}");
        try (var broker = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var ran = doctor("cloud: {url: '" + daemon.url() + "'}\nmqtt: {url: 'mqtt://127.0.0.1:"
                    + broker.getLocalPort() + "'}\n");

            assertThat(ran.out().lines().map(line -> line.replaceAll("\\d+ MB|says .*", "")))
                    .containsExactly(
                            "ok       config: every key makes sense",
                            "ok       daemon: porch-1 at " + daemon.url() + ", Fern 0.1.0",
                            "ok       mqtt: mqtt://127.0.0.1:" + broker.getLocalPort() + " takes connections",
                            "ok       cloud: " + daemon.url() + " is a Fn server 0.3.753",
                            "ok       registry: no function here has an image from one",
                            "ok       pins: none is asked for",
                            "ok       data: " + folder + "/state has  left",
                            "ok       clock: it ",
                            "ok       memory:  are available");
            assertThat(ran.code()).isZero();
        }
    }

    @Test
    void that_functions_can_be_called_by_message_is_said() throws IOException {
        try (var broker = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var url = "mqtt://127.0.0.1:" + broker.getLocalPort();

            var ran = doctor("device: {id: p}\ncloud: {url: '" + daemon.url() + "'}\nmqtt: {url: '" + url
                    + "', remote-calls: true}\n");

            assertThat(ran.out().lines().filter(line -> line.contains(" mqtt")))
                    .containsExactly(
                            "ok       mqtt: " + url + " takes connections",
                            "ok       mqtt: remote-calls is on: whoever the broker lets publish to fern/p/invoke/# "
                                    + "calls any function of this device");
        }
    }

    @Test
    void each_registry_that_functions_need_is_asked_once() throws IOException {
        daemon.on("GET /fern/status", """
                {"device":"p","version":"0.1.0","functions":[
                 {"app":"a","name":"f","state":"ready","image":"one:5000/f:1"},
                 {"app":"a","name":"g","state":"ready","image":"two:5000/g:1"},
                 {"app":"a","name":"h","state":"ready","image":"dir:/srv/h"}]}
                """).on("GET /version", "{\"version\":\"0.3.753\"}");
        rooms.images = List.of("one:5000/f:0", "three:5000/x");
        rooms.registries.put("two:5000/g:1", new Problem("the registry two:5000 wants a login", "add it"));

        var ran = doctor("cloud: {url: '" + daemon.url() + "'}\n");

        assertThat(ran.out().lines().filter(line -> line.contains("registry")))
                .containsExactly(
                        "ok       registry: one:5000 lets this device in",
                        "ok       registry: three:5000 lets this device in",
                        "problem  registry: the registry two:5000 wants a login; add it");
        assertThat(ran.code()).isEqualTo(1);
    }

    @Test
    void pins_that_are_asked_for_need_a_board() throws Exception {
        var dev = Files.createDirectory(folder.resolve("dev"));
        var board = new Board(dev);
        var wanted =
                JsonParser.create("{\"triggers\":[\"mqtt:a\",\"gpio:17\"]}").readJsonObject();
        var real = settings("device: {id: a, board: pi}\nfunctions: .\n");

        assertThat(board.pins(real, List.of()).toString()).isEqualTo("ok       pins: none is asked for");
        assertThat(board.pins(real, List.of(wanted)).toString())
                .isEqualTo("problem  pins: this machine has none: there is no " + dev
                        + "/gpiochip0; run Fern on a board with pins, or set device.board: simulated");
        Files.createFile(dev.resolve("gpiochip0"));
        assertThat(board.pins(real, List.of(wanted)).toString())
                .isEqualTo("ok       pins: " + dev + "/gpiochip0 can be opened");
        var simulated = settings("device: {id: a, board: simulated}\nfunctions: .\npins: {a: {line: 1}}\n");
        assertThat(board.pins(simulated, List.of(wanted)).isOk()).isTrue();
    }

    @Test
    void each_sensor_is_tried() throws IOException {
        rooms.sensors.put("attic", new Problem("nobody answers at 0x77 of /dev/i2c-1", "check the wiring"));
        var sensors = "functions: .\nsensors: {air: {driver: bme280}, attic: {driver: bme280, address: 0x77}}\n";

        var real = doctor(sensors);
        var simulated = doctor("device: {board: simulated}\nfunctions: .\nsensors: {air: {driver: bme280}}\n");

        assertThat(real.out().lines().filter(line -> line.contains("sensor")))
                .containsExactly(
                        "ok       sensor air: it answers",
                        "problem  sensor attic: nobody answers at 0x77 of /dev/i2c-1; check the wiring");
        assertThat(real.code()).isEqualTo(1);
        assertThat(simulated.out())
                .contains("ok       sensor air: simulated (device.board): nothing here is connected\n");
    }

    private Settings settings(String yaml) throws IOException {
        var file = Files.writeString(folder.resolve("board.yaml"), yaml);
        return ((Reading.Good) new ConfigReader(Map.of()).read(file, folder)).settings();
    }

    @Test
    void everything_is_away() throws IOException {
        int nobody;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        Files.writeString(folder.resolve("state"), "a file in place of the folder");
        daemon.close();

        var ran = doctor("cloud: {url: 'http://127.0.0.1:" + nobody + "'}\nbrokers: {plant: {url: 'mqtt://127.0.0.1:"
                + nobody + "'}}\n");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .contains("problem  daemon: no answer from " + daemon.url()
                        + ": is fern running? systemctl status fern\n")
                .contains("problem  mqtt/plant: no connection to mqtt://127.0.0.1:" + nobody)
                .contains("problem  cloud: no answer from http://127.0.0.1:" + nobody)
                .contains("problem  data: " + folder + "/state cannot be written");
    }

    @Test
    void what_the_daemon_knows_is_wrong_is_shown() throws IOException {
        daemon.on("GET /fern/status", """
                        {"device":"p","version":"0.1.0","health":{"gpio":{"up":false,"why":"no line 99","do":"give another"}},
                         "functions":[{"app":"a","name":"f","state":"quarantined","why":"4 threads are stuck","do":"fern retry a/f"}]}
                        """).on("GET /version", PlayedDaemon.json(200, "<html>"));

        var ran = doctor("cloud: {url: '" + daemon.url() + "'}\n");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .contains("problem  daemon's gpio: no line 99; give another\n")
                .contains("problem  function a/f: quarantined: 4 threads are stuck; fern retry a/f\n")
                .contains("problem  cloud: " + daemon.url()
                        + "/version answered with status 200 and is no Fn server; correct cloud.url\n");
    }

    @Test
    void a_bad_configuration_does_not_stop_the_rest() throws IOException {
        var ran = doctor("clod: 1\n");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .contains("problem  config: " + folder + "/fern.yaml:1: clod: this key is unknown; did you mean cloud?")
                .contains("ok       clock: ");
    }

    @Test
    void a_server_that_never_answers_is_given_up() throws IOException {
        daemon.on("GET /fern/status", _ -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long start = System.nanoTime();

        var ran = doctor("functions: .\n");

        assertThat(ran.out()).contains("problem  daemon: no answer in 3 s; check the network");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void a_clock_that_was_never_set() throws IOException {
        assertThat(Examinations.clock(Instant.EPOCH))
                .isEqualTo(Finding.problem(
                        "clock",
                        "it says 1970-01-01T00:00:00Z, before this Fern was made",
                        "set it: timedatectl set-ntp true"));
        assertThat(Examinations.apart("Mon, 23 Nov 2026 12:00:00 GMT", Instant.parse("2026-11-23T12:05:00Z")))
                .hasMinutes(5);
        assertThat(Examinations.apart("", Instant.now())).isZero();
    }

    @Test
    void too_little_memory() throws IOException {
        var meminfo = Files.writeString(folder.resolve("meminfo"), "MemTotal: 1 kB\nMemAvailable:    40960 kB\n");

        assertThat(Examinations.memory(meminfo).toString()).startsWith("problem  memory: only 40 MB are available;");
        assertThat(Examinations.memory(Files.writeString(meminfo, "")).isOk()).isFalse();
    }
}
