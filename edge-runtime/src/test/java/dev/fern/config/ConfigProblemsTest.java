package dev.fern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigProblemsTest {
    private static final String CLOUD = "cloud: {url: 'https://fn.example.com'}\n";

    private static final List<String> WORDS = List.of(
            "cloud",
            "mqtt",
            "url",
            "pins",
            "line",
            "limits",
            "running",
            "a",
            "http",
            "listen",
            "labels",
            "device",
            ":",
            ": ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "\n",
            "\n  ",
            "- ",
            "*a",
            "&a ",
            "!!x ",
            "'",
            "\"",
            "|\n",
            ">",
            "#",
            "%",
            "---",
            "...",
            "? ",
            "\t",
            "~",
            "null",
            "\0",
            "\uFEFF",
            "\u0085",
            "0x1F",
            "-5",
            "1e9",
            "https://x",
            "mqtt://b",
            "é",
            "<<");

    @TempDir
    Path root;

    private Device device;

    @BeforeEach
    void device() {
        device = new Device(root);
    }

    @Test
    void everything_is_reported_at_once_in_the_order_of_the_file() {
        assertThat(device.problems("""
                cloud:
                  url: fn.example.com
                  evry: 5m
                mqtt:
                  url: mqtts://broker
                  password-file: gone
                limits: {running: 0, queue-bytes: much}
                device: {id: a/b}
                """))
                .containsExactly(
                        "fern.yaml:2: cloud.url: 'fn.example.com' makes no sense; give a URL HOST:PORT/PATH with https://"
                                + " or http://",
                        "fern.yaml:3: cloud.evry: this key is unknown; did you mean every?",
                        "fern.yaml:6: mqtt.password-file: there is no file gone; create it, or correct the path",
                        "fern.yaml:7: limits.running: '0' makes no sense; give a whole number from 1 to 1000",
                        "fern.yaml:7: limits.queue-bytes: 'much' makes no sense; give a size from 64KB to 1048576MB",
                        "fern.yaml:8: device.id: 'a/b' makes no sense; give up to 100 letters, digits and . _ : ~ - (it"
                                + " is part of topics)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clod: {}                                | fern.yaml:2: clod: this key is unknown; did you mean cloud?",
                "mqtt: {url: 'mqtt://b', pasword-file: x} | fern.yaml:2: mqtt.pasword-file: this key is unknown; did you mean password-file?",
                "pins: {door: {line: 1, bounce: 2}}       | fern.yaml:2: pins.door.bounce: this key is unknown; did you mean debounce?",
                "vars: [a]                                | fern.yaml:2: vars: is a list; write KEY: VALUE lines",
                "mqtt: mqtt://b                           | fern.yaml:2: mqtt: is a single value; write KEY: VALUE lines",
                "device: {id: [a]}                        | fern.yaml:2: device.id: is a list; give a single value",
                "device: {id: }                           | fern.yaml:2: device.id: has no value; give it one, or remove the key",
                "device: {board: esp32}                   | fern.yaml:2: device.board: 'esp32' makes no sense; give one of auto, pi, simulated",
                "device: {labels: {site: 'a,b'}}          | fern.yaml:2: device.labels.site: 'a,b' cannot be a label; use letters, digits, . _ / and -",
                "device: {labels: {'a=b': c}}             | fern.yaml:2: device.labels.a=b: 'a=b' cannot be a name here; use letters, digits, . _ / and -",
                "mqtt: {client-id: x}                     | fern.yaml:2: mqtt.url: is missing; add it",
                "brokers: {plant: }                       | fern.yaml:2: brokers.plant.url: is missing; add it",
                "mqtt: {url: 'http://b'}                  | fern.yaml:2: mqtt.url: 'http://b' makes no sense; give a URL HOST:PORT with mqtt:// or tcp:// or mqtts:// or ssl://",
                "mqtt: {url: 'mqtt://b/x'}                | fern.yaml:2: mqtt.url: 'mqtt://b/x' makes no sense; give a URL HOST:PORT with mqtt:// or tcp:// or mqtts:// or ssl://",
                "mqtt: {url: 'mqtt://b:70000'}            | fern.yaml:2: mqtt.url: 'mqtt://b:70000' makes no sense; give a URL HOST:PORT with mqtt:// or tcp:// or mqtts:// or ssl://",
                "mqtt: {url: 'mqtt://u:pw@b'}             | fern.yaml:2: mqtt.url: the URL holds a user or a password; use keys and files for them",
                "mqtt: {url: 'mqtt://b', prefix: a/+}     | fern.yaml:2: mqtt.prefix: 'a/+' makes no sense; give the beginning of a topic, without wildcards, such as fern",
                "mqtt: {url: 'ssl://b', cert-file: f}     | fern.yaml:2: mqtt.cert-file: is there without key-file; set both or none",
                "mqtt: {url: 'mqtt://b', ca-file: f}      | fern.yaml:2: mqtt.ca-file: the url has no TLS; write mqtts:// in url, or remove this key",
                "mqtt: {url: 'mqtt://b', password-file: e} | fern.yaml:2: mqtt.password-file: e is empty; write the content into it",
                "mqtt: {url: 'mqtt://b', password-file: d} | fern.yaml:2: mqtt.password-file: d cannot be read as user USER; make it a file that this user may read",
                "registry: {auth-file: gone}              | fern.yaml:2: registry.auth-file: there is no file gone; create it, or correct the path",
                "registry: {insecure: ['http://r']}       | fern.yaml:2: registry.insecure: 'http://r' makes no sense; give HOST:PORT of registries",
                "http: {listen: 8080}                     | fern.yaml:2: http.listen: '8080' makes no sense; give HOST:PORT, such as 127.0.0.1:8080",
                "http: {listen: '127.0.0.1:99999'}        | fern.yaml:2: http.listen: there is no port 99999; give one from 0 (any free one) to 65535",
                "http: {listen: '0.0.0.0:80'}             | fern.yaml:2: http.listen: 0.0.0.0:80 is open to the network for everybody; set token-file or client-ca-file, or listen on 127.0.0.1",
                "http: {tls-cert-file: f}                 | fern.yaml:2: http.tls-cert-file: is there without tls-key-file; set both or none",
                "http: {client-ca-file: f}                | fern.yaml:2: http.client-ca-file: there is no TLS; set tls-cert-file and tls-key-file too",
                "http: {open: [t/x]}                      | fern.yaml:2: http.open: 't/x' makes no sense; give paths that start with /",
                "http: {open: [[x]]}                      | fern.yaml:2: http.open[0]: is a list; give a single value",
                "pins: {17: {line: 4}}                    | fern.yaml:2: pins.17: '17' cannot be a name here; use letters, digits, . _ and -, with at least one letter",
                "pins: {door: {pull: up}}                 | fern.yaml:2: pins.door.line: is missing; add it",
                "pins: {door: {line: 4, pull: north}}     | fern.yaml:2: pins.door.pull: 'north' makes no sense; give one of up, down, off",
                "pins: {door: {line: 4, debounce: 20}}    | fern.yaml:2: pins.door.debounce: '20' makes no sense; give a duration of 0 ms or more, such as 30s, 5m or 1h",
                "config: {too-hot: {A: b}}                | fern.yaml:2: config.too-hot: 'too-hot' cannot be a name here; use APP/FUNCTION",
                "config: {a/b: {A: {c: d}}}               | fern.yaml:2: config.a/b.A: is a mapping; give a single value",
                "limits: {event-bytes: 64MB, queue-bytes: 1MB} | fern.yaml:2: limits.event-bytes: one event may be larger than the queue; make queue-bytes larger",
                "limits: {dead: -1}                       | fern.yaml:2: limits.dead: '-1' makes no sense; give a whole number from 0 to 1000000",
                "vars: {a: *b}                            | fern.yaml:2: vars.a: aliases (*name) are not supported; write the value out",
                "vars: {[a]: b}                           | fern.yaml:2: vars: a key is a list or a mapping; write a word before the colon",
                "functions: gone                          | fern.yaml:2: functions: there is cloud too; keep one: the server's definitions or the folder's"
            })
    void each_kind_of_mistake(String line, String problem) {
        device.file("etc/fern/e", "").file("etc/fern/f", "x").file("etc/fern/d/x", "x");

        assertThat(device.problems(CLOUD + line)).contains(problem.replace("USER", System.getProperty("user.name")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"registry: {trust-key: /etc/fern/cosign.pub}             | registry.trust-key: this needs Fern 0.6"
            })
    void what_this_version_does_not_carry_out_is_never_accepted_and_ignored(String line, String problem) {
        assertThat(device.problems(CLOUD + line))
                .singleElement()
                .asString()
                .startsWith("fern.yaml:2: " + problem + "; update Fern");
    }

    @Test
    void a_key_of_a_later_version_is_refused_in_a_variable_too() {
        device.variable("FERN_REGISTRY_TRUST_KEY", "/etc/fern/cosign.pub");

        assertThat(device.problems(CLOUD))
                .singleElement()
                .asString()
                .contains("registry.trust-key: this needs Fern 0.6");
    }

    @Test
    void a_second_use_of_a_key_names_the_first() {
        assertThat(device.problems("cloud:\n  url: http://a\n  every: 5m\n  url: http://b\n"))
                .containsExactly("fern.yaml:4: cloud.url: is there already, in line 2; keep one of them");
    }

    @Test
    void no_yaml_at_all_names_the_line() {
        assertThat(device.problems("cloud:\n  url: 'https://a\nmqtt: {}\n"))
                .singleElement()
                .asString()
                .matches("(?s)fern.yaml:\\d: this is no YAML: .*; correct the line, or the one before it");
        assertThat(device.problems("cloud: {url: a\n"))
                .singleElement()
                .asString()
                .contains("this is no YAML");
        assertThat(device.problems(CLOUD + "---\na: b\n"))
                .containsExactly("fern.yaml:2: there is a second document; remove the line ---");
        assertThat(device.problems("- a\n")).contains("fern.yaml:1: is a list; write KEY: VALUE lines");
    }

    @Test
    void text_that_is_not_utf_8() throws Exception {
        device.file("etc/fern/fern.yaml", "");
        Files.write(device.config(), new byte[] {'a', ':', ' ', (byte) 0xC3, '\n'});

        assertThat(device.problems()).containsExactly("fern.yaml: this is no UTF-8 text; save it as UTF-8");
    }

    @Test
    void a_missing_file_says_so() {
        assertThat(device.variable("FERN_CLOUD_URL", "http://a").problems())
                .containsExactly(
                        "fern.yaml: there is no such file; create it (docs/configuration.md), or name another by"
                                + " --config");
    }

    @Test
    void a_folder_in_place_of_the_file() {
        device.file("etc/fern/fern.yaml/x", "");

        assertThat(device.problems()).singleElement().asString().contains("this cannot be read");
    }

    @Test
    void neither_cloud_nor_functions() {
        assertThat(device.problems("device: {id: a}\n"))
                .containsExactly("fern.yaml:1: neither cloud nor functions is there; say where functions come from:"
                        + " cloud: {url: ...}");
    }

    @Test
    void a_folder_of_functions_that_is_not_there() {
        assertThat(device.problems("functions: gone\n"))
                .containsExactly("fern.yaml:1: functions: there is no folder gone that user "
                        + System.getProperty("user.name") + " may read; create it, or correct the path");
    }

    @Test
    void a_misspelt_variable_is_not_ignored() {
        device.variable("FERN_MQTT_PASWORD_FILE", "x").variable("FERN_LIMITS_RUNNING", "many");

        assertThat(device.problems(CLOUD))
                .containsExactlyInAnyOrder(
                        "FERN_MQTT_PASWORD_FILE: this variable overrides no key; did you mean FERN_MQTT_PASSWORD_FILE?",
                        "FERN_LIMITS_RUNNING: limits.running: 'many' makes no sense; give a whole number from 1 to"
                                + " 1000",
                        "fern.yaml: mqtt.url: is missing; add it");
    }

    @Test
    void a_password_in_a_url_is_not_shown() {
        assertThat(device.problems(CLOUD + "mqtt: {url: 'mqtt://u:geheim@b'}").toString())
                .doesNotContain("geheim");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- "})
    void depth_cannot_exhaust_the_stack(String opening) {
        assertThat(device.problems(CLOUD + "vars: " + opening.repeat(20_000)))
                .singleElement()
                .asString()
                .containsAnyOf("nested too deep", "no YAML");
    }

    @Test
    void a_flood_of_mistakes_is_cut() {
        var yaml = new StringBuilder(CLOUD);
        for (int i = 0; i < 1000; i++) {
            yaml.append("k").append(i).append(": 1\n");
        }

        assertThat(device.problems(yaml.toString())).hasSize(Problems.MOST);
    }

    @Test
    void whatever_is_written_is_read_or_reported() {
        var random = new Random(20261123);
        int good = 0;
        for (int run = 0; run < 3000; run++) {
            var yaml = new StringBuilder(run % 3 == 0 ? CLOUD : "");
            for (int i = random.nextInt(30); i > 0; i--) {
                yaml.append(WORDS.get(random.nextInt(WORDS.size())));
            }
            switch (device.read(yaml.toString())) {
                case Reading.Good _ -> good++;
                case Reading.Bad bad ->
                    assertThat(bad.problems()).as(yaml.toString()).isNotEmpty();
            }
        }
        assertThat(good).as("some of it makes sense").isPositive();
    }
}
