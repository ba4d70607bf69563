package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Result;
import dev.fern.kit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest {
    @TempDir
    Path folder;

    private Booth booth;

    @BeforeEach
    void open() throws Exception {
        booth = booth(folder);
    }

    Booth booth(Path place) throws Exception {
        return new Booth(place);
    }

    @AfterEach
    void close() {
        booth.close();
    }

    @Test
    void theEnvironmentIsThatOfAnFnServer() throws Exception {
        var fn = Booth.fn(
                Map.of("GREETING", "hi \"there\"\nyou", "LD_X", "1"),
                96,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                false);
        var bundle = booth.bundle(
                List.of("python3", "-u", "func.py"),
                List.of("a word", "$HOME"),
                Map.of("FROM_IMAGE", "yes", "GREETING", "no"),
                "function/func.py",
                Booth.resource("func.py"));

        try (var running = booth.start(fn, bundle)) {
            var env =
                    running.answer("import os\nanswer = '\\n'.join(k + '=' + repr(v) for k, v in os.environ.items())");

            assertThat(env.lines())
                    .contains(
                            "FROM_IMAGE='yes'",
                            "GREETING='hi \"there\"\\nyou'",
                            "LD_X='1'",
                            "FN_MEMORY='96'",
                            "FN_TYPE='sync'",
                            "FN_FN_ID='id-demo'",
                            "FN_APP_ID='id-greenhouse'",
                            "FN_APP_NAME='greenhouse'",
                            "FN_FN_NAME='demo'",
                            "FN_FORMAT='http-stream'",
                            "FN_LISTENER='unix:/tmp/iofs/lsnr.sock'",
                            "HOME='/tmp'",
                            "TMPDIR='/tmp'");
            Await.until(
                    "its arguments are in the log", () -> running.log().contains("started with ['a word', '$HOME']"));
        }
    }

    @Test
    void headersAndBodyGoInAndComeOutAsTheyAre() throws Exception {
        var sent = Headers.NONE.toBuilder()
                .add("X-Two", "1")
                .add("X-Two", "2")
                .add("X-Bad", "a\r\nX-Smuggled: b")
                .add("no token", "x")
                .add("Transfer-Encoding", "chunked")
                .add("Content-Length", "7")
                .build();
        var code = """
                answer = '|'.join(k + '=' + v for k, v in request.headers.items()) + ' ä'
                headers = {'Content-Type': 'text/x', 'Fn-Http-Status': '201', 'X-Mine': 'a'}
                """;
        try (var running = booth.start()) {
            var result = (Result.Success) running.call(Booth.request(sent, code));

            assertThat(result.answer().body().text())
                    .contains("X-Two=1", "X-Two=2", "X-Bad=a  X-Smuggled: b", "Fn-Call-Id=", "Fn-Deadline=", " ä")
                    .contains(
                            "Content-Type=text/plain", "Content-Length=" + code.getBytes(StandardCharsets.UTF_8).length)
                    .doesNotContain("no token", "Transfer-Encoding", "X-Smuggled=");
            assertThat(result.answer())
                    .extracting(Answer::status, Answer::contentType)
                    .containsExactly(201, "text/x");
            assertThat(result.answer().headers().asMap()).containsKey("x-mine").doesNotContainKey("content-length");
        }
    }

    @Test
    void oneProcessAnswersManyCalls() throws Exception {
        try (var running = booth.start()) {
            for (int i = 1; i <= 100; i++) {
                assertThat(running.answer("kept['n'] = kept.get('n', 0) + 1\nanswer = kept['n']"))
                        .isEqualTo(String.valueOf(i));
            }
            assertThat(booth.counter("fern_process_starts_total")).isEqualTo(1);
            assertThat(booth.processes()).isEqualTo(1);
        }
    }

    @Test
    void aFunctionThatThrowsIsAFailedCallAndItsProcessIsKept() throws Exception {
        try (var running = booth.start()) {
            assertThat(running.failure("kept['x'] = 1\nraise ValueError('boom')"))
                    .contains("ValueError", "boom");
            Await.until("the trace is in the log", () -> running.log().contains("ValueError: boom"));
            assertThat(running.instance().spent()).isFalse();
            assertThat(running.answer("answer = kept['x']")).isEqualTo("1");
        }
    }

    @Test
    void aTimeOutThatTheFunctionItselfTellsIsOne() throws Exception {
        try (var running = booth.start()) {
            assertThat(running.call("status = 504")).isEqualTo(new Result.TimedOut(Duration.ofSeconds(30)));
            assertThat(running.instance().spent()).isFalse();
        }
    }

    @Test
    void anyOtherStatusIsAFailedCallAndTheEndOfTheProcess() throws Exception {
        try (var running = booth.start()) {
            assertThat(running.failure("status = 201")).contains("status 201");
            assertThat(running.instance().spent()).isTrue();
            assertThat(booth.counter("fern_process_kills_total", "reason", "answer"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aCrashIsOneFailedCallWithTheReason() throws Exception {
        try (var running = booth.start()) {
            assertThat(running.failure("import os\nos._exit(3)")).endsWith("its exit status is 3");
            assertThat(running.instance().spent()).isTrue();
        }
        try (var running = booth.start()) {
            assertThat(running.failure("import os\nos.kill(os.getpid(), 11)")).endsWith("signal 11 ended it");
            assertThat(running.instance().spent()).isTrue();
        }
    }

    @Test
    void whatItPrintsIsInTheLogOfItsCall() throws Exception {
        try (var running = booth.start()) {
            running.answer("import sys\nprint('one')\nprint('two', file=sys.stderr)");
            Await.until("both are there", () -> running.log().contains("two"));
            assertThat(running.log()).contains("started with []", "one");
        }
    }

    @Test
    void theFunctionSeesNothingOfTheDevice() throws Exception {
        Booth.write(folder.resolve("secret"), "x");
        try (var running = booth.start()) {
            var seen = running.answer("import os\nanswer = ' '.join(p for p in "
                    + pythonList(
                            folder.resolve("secret").toString(),
                            folder.toString(),
                            "/etc/fern",
                            "/etc/shadow",
                            "/var",
                            "/root",
                            "/home",
                            "/run",
                            "/sys",
                            "/dev/mem",
                            "/dev/gpiochip0",
                            System.getProperty("fern.home"))
                    + " if os.path.exists(p))");
            assertThat(seen).isEmpty();
        }
    }

    private static String pythonList(String... words) {
        return "['" + String.join("', '", words) + "']";
    }

    @Test
    void theFunctionSeesNoOtherProcess() throws Exception {
        try (var running = booth.start()) {
            assertThat(running.answer("import os\nanswer = sorted(int(p) for p in os.listdir('/proc') if p.isdigit())"))
                    .isEqualTo("[1, 2]");
        }
    }

    @Test
    void theFunctionGetsNothingOfTheDaemonsEnvironment() throws Exception {
        try (var running = booth.start()) {
            var names =
                    running.answer("import os\nanswer = ' '.join(os.environ)").split(" ");
            assertThat(names)
                    .allMatch(name -> name.startsWith("FN_")
                            || List.of("PATH", "HOME", "TMPDIR", "LANG", "PWD", "PYTHONPATH", "LC_CTYPE")
                                    .contains(name));
        }
    }

    @Test
    void theFunctionHasAnUnprivilegedUserAndCannotGetMore() throws Exception {
        try (var running = booth.start()) {
            var status = running.answer("answer = open('/proc/self/status').read()");
            assertThat(status).contains("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000");
            assertThat(running.answer("import os\nanswer = os.getuid()")).isNotEqualTo("0");
            assertThat(running.answer("import os, pwd\nanswer = pwd.getpwuid(os.getuid()).pw_name"))
                    .isEqualTo("fn");
        }
    }

    @Test
    void onlyItsTmpCanBeWritten() throws Exception {
        try (var running = booth.start()) {
            var code = """
                    import os
                    wrote = []
                    for place in ['/', '/function/', '/usr/', '/etc/', '/dev/', '/opt/', '/tmp/', '/dev/shm/']:
                        try:
                            open(place + 'x', 'w').write('x')
                            wrote.append(place)
                        except OSError: pass
                    answer = wrote
                    """;
            assertThat(running.answer(code)).isEqualTo("['/tmp/', '/dev/shm/']");
        }
    }

    @Test
    void aConnectionThatTheFunctionClosesIsMadeAnew() throws Exception {
        try (var running = booth.start()) {
            running.answer("headers = {'Connection': 'close'}\nrequest.close_connection = True");
            assertThat(running.answer("answer = 'again'")).isEqualTo("again");
        }
    }

    @Test
    void theGuardsAreSaidOnceSomethingWasLoaded() throws Exception {
        assertThat(booth.runtime.guards()).isEmpty();
        booth.runtime.load(Booth.fn(), booth.python()).close();
        assertThat(booth.runtime.guards())
                .anyMatch(guard -> guard.startsWith("started by: "))
                .anyMatch(guard -> guard.startsWith("bubblewrap"))
                .anyMatch(guard -> guard.startsWith("memory: "));
    }
}
