package dev.fern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private static final String STATUS = """
            {"device":"porch-1","version":"0.1.0","ready":true,
             "health":{"mqtt":{"up":true},"cloud":{"up":false,"why":"no answer from fn.example.com in 5 s","do":"check the network"}},
             "functions":[{"app":"greenhouse","name":"too-hot","id":"01M8","image":"reg/too-hot:0.0.3","digest":"sha256:00","runtime":"java",
               "state":"ready","why":null,"do":null,"triggers":["mqtt:greenhouse/+/temperature?qos=1","gpio:4"],"targets":["gpio:27"],
               "calls":{"ok":41,"failed":1,"dead":0,"running":2,"failure":"it threw java.lang.Error"}},
              {"app":"greenhouse","name":"odd","id":"01M9","image":"reg/odd:1","digest":null,"runtime":null,
               "state":"invalid","why":"trigger type x in x:y is unknown","do":"see docs/functions.md","triggers":[],"targets":[],
               "calls":{"ok":0,"failed":0,"dead":0,"running":0}}],
             "queue":{"calls":3,"bytes":4096,"dead":1}}
            """;

    private static final String DEAD = """
            [{"id":"01DEAD","app":"greenhouse","fn":"too-hot","trigger":"temperature","state":"dead","attempt":6,
              "accepted_at":"2026-11-23T12:00:00Z","reason":"it threw\\njava.lang.Error\\u001b[31m","content_type":"text/plain",
              "subject":"a/b","body":"aGk="}]
            """;

    @TempDir
    Path folder;

    private PlayedDaemon daemon;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        daemon = new PlayedDaemon().on("GET /fern/status", STATUS);
        shell = new Shell().variable("FERN_URL", daemon.url());
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void help_is_a_command_too() {
        assertThat(shell.fern("help")).isEqualTo(shell.fern("--help"));
        assertThat(shell.fern("help").out()).contains("  status ");
        assertThat(shell.fern("help", "status")).isEqualTo(shell.fern("status", "--help"));
        assertThat(shell.fern("help", "nonsense").code()).isEqualTo(2);
    }

    @Test
    void status_for_people() {
        assertThat(shell.fern("status")).isEqualTo(new Shell.Ran(0, """
                porch-1  Fern 0.1.0  ready
                  mqtt: up
                  cloud: down: no answer from fn.example.com in 5 s; check the network

                FUNCTION            STATE    RUNTIME  OK  FAILED  DEAD  RUNNING  WHY
                greenhouse/too-hot  ready    java     41  1       0     2        the last call failed: it threw java.lang.Error
                greenhouse/odd      invalid           0   0       0     0        trigger type x in x:y is unknown; see docs/functions.md

                waiting: 3 calls, 4096 bytes on disk; dead: 1 calls
                """, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "list"})
    void json_is_the_daemons_own(String command) {
        assertThat(shell.fern(command, "--json")).isEqualTo(new Shell.Ran(0, STATUS, ""));
    }

    @Test
    void list_for_people() {
        assertThat(shell.fern("list").out()).isEqualTo("""
                FUNCTION            IMAGE              STARTED BY                           ANSWERS TO
                greenhouse/too-hot  reg/too-hot:0.0.3  mqtt:greenhouse/+/temperature?qos=1  gpio:27
                                                       gpio:4
                greenhouse/odd      reg/odd:1
                """);
    }

    @Test
    void dead_calls_for_people_cannot_move_the_cursor() {
        daemon.on("GET /fern/dead", DEAD);

        assertThat(shell.fern("dead")).isEqualTo(new Shell.Ran(0, """
                CALL    FUNCTION            TRIGGER      STATE  ATTEMPT  ACCEPTED              REASON
                01DEAD  greenhouse/too-hot  temperature  dead   6        2026-11-23T12:00:00Z  it threw java.lang.Error [31m
                """, ""));
        assertThat(shell.fern("dead", "--json").out()).isEqualTo(DEAD);
    }

    @Test
    void no_calls_are_no_data_but_a_word() {
        daemon.on("GET /fern/calls", "[]");

        assertThat(shell.fern("calls")).isEqualTo(new Shell.Ran(0, "", "no calls are waiting\n"));
    }

    @Test
    void invoke_finds_the_function_and_prints_its_answer_as_it_is() {
        daemon.on("GET /v2/apps?name=green%20house", "{\"items\":[{\"id\":\"A\",\"name\":\"green house\"}]}")
                .on("GET /v2/fns?app_id=A&name=hello", "{\"items\":[{\"id\":\"F\",\"name\":\"hello\"}]}")
                .on("POST /invoke/F", exchange -> {
                    var type = exchange.getRequestHeaders().getFirst("Content-Type");
                    PlayedDaemon.json(200, "é " + type).to(exchange);
                });

        assertThat(shell.input("Fern\n").fern("invoke", "--content-type", "a/b", "green house", "hello"))
                .isEqualTo(new Shell.Ran(0, "é a/b", ""));
        assertThat(daemon.asked()).endsWith("POST /invoke/F Fern");
        assertThat(shell.fern("invoke", "green house", "hello").out()).isEqualTo("é text/plain");
    }

    @Test
    void invoke_says_why_a_call_failed() {
        daemon.on("GET /v2/apps?name=a", "{\"items\":[{\"id\":\"A\",\"name\":\"a\"}]}")
                .on("GET /v2/fns?app_id=A&name=f", "{\"items\":[{\"id\":\"F\",\"name\":\"f\"}]}")
                .on("GET /v2/fns?app_id=A&name=g", "{\"items\":[]}")
                .on("GET /v2/apps?name=b", "{\"items\":[]}")
                .on("POST /invoke/F", PlayedDaemon.json(502, "{\"message\":\"function failed\"}"));

        assertThat(shell.fern("invoke", "a", "f")).isEqualTo(new Shell.Ran(1, "", "fern: function failed\n"));
        assertThat(shell.fern("invoke", "a", "g"))
                .isEqualTo(new Shell.Ran(1, "", "fern: there is no function 'a/g' on this device; see fern list\n"));
        assertThat(shell.fern("invoke", "b", "f"))
                .isEqualTo(new Shell.Ran(1, "", "fern: there is no app 'b' on this device; see fern list\n"));
    }

    @Test
    void invoke_prints_the_answer_and_fails_when_the_function_itself_says_that_it_failed() {
        daemon.on("GET /v2/apps?name=a", "{\"items\":[{\"id\":\"A\",\"name\":\"a\"}]}")
                .on("GET /v2/fns?app_id=A&name=f", "{\"items\":[{\"id\":\"F\",\"name\":\"f\"}]}")
                .on("POST /invoke/F", exchange -> {
                    exchange.getResponseHeaders().set("Fn-Http-Status", "404");
                    PlayedDaemon.json(200, "no such plant").to(exchange);
                });

        assertThat(shell.fern("invoke", "a", "f"))
                .isEqualTo(new Shell.Ran(1, "no such plant", "fern: the function answered with status 404\n"));
    }

    @Test
    void retry_takes_a_call_or_a_function() {
        daemon.on("POST /fern/retry/01DEAD", "{}").on("POST /fern/retry?fn=a%2Ff", "{}");

        assertThat(shell.fern("retry", "01DEAD")).isEqualTo(new Shell.Ran(0, "", ""));
        assertThat(shell.fern("retry", "a/f")).isEqualTo(new Shell.Ran(0, "", ""));
        assertThat(shell.fern("retry", "gone").code()).isEqualTo(1);
    }

    @Test
    void emit_makes_an_event() {
        daemon.on("POST /fern/emit", PlayedDaemon.json(204, ""));

        assertThat(shell.fern("emit", "mqtt", "a/b", "-1 \"°\"")).isEqualTo(new Shell.Ran(0, "", ""));
        assertThat(shell.fern("emit", "mqtt", "a/b").code()).isZero();
        assertThat(shell.fern("emit", "mqtt", "a/b", "--", "--url").code()).isZero();
        assertThat(shell.fern("emit", "gpio", "17", "rising").code()).isZero();
        assertThat(shell.fern("emit", "sensor", "air", "{\"temperature\":31}").code())
                .isZero();
        assertThat(daemon.asked())
                .containsExactly(
                        "POST /fern/emit {\"type\":\"mqtt\",\"address\":\"a/b\",\"body\":\"-1 \\\"°\\\"\"}",
                        "POST /fern/emit {\"type\":\"mqtt\",\"address\":\"a/b\",\"body\":\"\"}",
                        "POST /fern/emit {\"type\":\"mqtt\",\"address\":\"a/b\",\"body\":\"--url\"}",
                        "POST /fern/emit {\"type\":\"gpio\",\"address\":\"17\",\"body\":\"rising\"}",
                        "POST /fern/emit {\"type\":\"sensor\",\"address\":\"air\",\"body\":\"{\\\"temperature\\\":31}\"}");
    }

    @Test
    void what_the_daemon_refuses_is_said_in_its_words() {
        daemon.on("POST /fern/emit", PlayedDaemon.json(400, "{\"message\":\"there is no pin 99\"}"));

        assertThat(shell.fern("emit", "gpio", "99", "rising"))
                .isEqualTo(new Shell.Ran(1, "", "fern: there is no pin 99\n"));
    }

    @Test
    void logs_until_the_daemon_ends_them() {
        daemon.on("GET /fern/logs?n=5&follow=true", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("T a/f 1 ° one\n".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.getResponseBody().write("T a/f 1 two\u001b[2J\n".getBytes(StandardCharsets.UTF_8));
        });

        assertThat(shell.fern("logs", "-f", "-n", "5"))
                .isEqualTo(new Shell.Ran(0, "T a/f 1 ° one\nT a/f 1 two [2J\n", ""));
    }

    @Test
    void logs_for_programs_are_an_object_a_line() {
        daemon.on("GET /fern/logs?n=100&follow=false", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody()
                    .write("T a/f 1 it \"was\" \u001b[2J\nT a/g - anew\nT a/g 2 \n".getBytes(StandardCharsets.UTF_8));
        });

        assertThat(shell.fern("logs", "--json").out().lines())
                .containsExactly(
                        "{\"at\":\"T\",\"app\":\"a\",\"fn\":\"f\",\"call\":\"1\",\"text\":\"it \\\"was\\\" \\u001B[2J\"}",
                        "{\"at\":\"T\",\"app\":\"a\",\"fn\":\"g\",\"call\":null,\"text\":\"anew\"}",
                        "{\"at\":\"T\",\"app\":\"a\",\"fn\":\"g\",\"call\":\"2\",\"text\":\"\"}");
    }

    @Test
    void no_daemon_is_one_sentence() {
        daemon.close();

        assertThat(shell.fern("status"))
                .isEqualTo(new Shell.Ran(
                        1, "", "fern: no answer from " + daemon.url() + ": is fern running? systemctl status fern\n"));
        assertThat(shell.fern("logs").code()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"<html>, 200", "'', 200", "{, 200", "[], 200"})
    void something_else_that_answers_is_no_fern(String body, int status) {
        daemon.on("GET /fern/status", PlayedDaemon.json(status, body));

        assertThat(shell.fern("status"))
                .isEqualTo(new Shell.Ran(
                        1, "", "fern: what answers at " + daemon.url() + " is no Fern; correct --url or FERN_URL\n"));
    }

    @Test
    void a_broken_answer_is_no_bug_of_the_command() {
        daemon.on("GET /fern/status", PlayedDaemon.json(500, "<html>"));

        assertThat(shell.fern("status"))
                .isEqualTo(new Shell.Ran(1, "", "fern: " + daemon.url() + " answered with status 500\n"));
    }

    @Test
    void the_token_comes_from_the_option_a_variable_or_a_file() throws IOException {
        var file = Files.writeString(folder.resolve("token"), "from-file\n");

        shell.fern("status");
        shell.variable("FERN_TOKEN_FILE", file.toString()).fern("status");
        shell.variable("FERN_TOKEN", "from-variable").fern("status");
        shell.fern("status", "--token-file", file.toString());

        assertThat(daemon.tokens())
                .containsExactly("null", "Bearer from-file", "Bearer from-variable", "Bearer from-file");
        assertThat(shell.fern("status", "--token-file", folder + "/gone").err())
                .startsWith("fern: the token file " + folder + "/gone cannot be read;");
    }

    @Test
    void without_a_url_the_configuration_says_where_and_with_which_token() throws IOException {
        Files.writeString(folder.resolve("token"), "configured\n");
        var config = Files.writeString(
                folder.resolve("fern.yaml"),
                "http: {listen: '0.0.0.0:" + daemon.port() + "', token-file: token}\nnonsense: 1\n");

        assertThat(new Shell().fern("status", "--config", config.toString()).code())
                .isZero();
        shell.fern("status", "--config", config.toString());

        assertThat(daemon.tokens())
                .as("no token for an address that somebody else names")
                .containsExactly("Bearer configured", "null");
    }

    @Test
    void a_token_that_is_wanted_is_asked_for() {
        daemon.on("GET /fern/status", PlayedDaemon.json(401, "{\"message\":\"a token is needed\"}"));

        assertThat(shell.fern("status").err())
                .isEqualTo("fern: a token is needed; show its token by --token-file, FERN_TOKEN or FERN_TOKEN_FILE\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "stauts",
                "status --nonsense",
                "invoke a",
                "retry",
                "emit gpio 17",
                "emit gpio 17 up",
                "emit cron x y",
                "emit mqtt x --retain",
                "emit mqtt x y z",
                "logs -n many"
            })
    void wrong_usage_is_2_and_on_stderr(String line) {
        var ran = shell.fern(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("fern").doesNotContain("\u001b");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void a_url_that_is_none_is_said_before_anything_is_asked() {
        assertThat(shell.fern("status", "--url", "localhost:80").err())
                .isEqualTo("fern: 'localhost:80' is not where a daemon is; give a URL such as http://127.0.0.1:8080\n");
    }

    @Test
    void version_and_help() {
        assertThat(shell.fern("--version")).isEqualTo(new Shell.Ran(0, "fern 0.1.0\n", ""));
        assertThat(shell.fern("--help").out())
                .contains(List.of(
                        "run", "status", "list", "logs", "calls", "dead", "invoke", "retry", "emit", "check", "doctor",
                        "dev", "deploy"));
    }
}
