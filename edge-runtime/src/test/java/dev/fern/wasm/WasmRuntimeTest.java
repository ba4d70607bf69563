package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WasmRuntimeTest {
    private static byte[] wasm = {};

    @TempDir
    Path folder;

    private Stage stage = new Stage(Path.of("."));

    @BeforeAll
    static void compile(@TempDir Path folder) {
        wasm = Clang.command(folder, "command.c");
    }

    @BeforeEach
    void stage() {
        stage = new Stage(folder);
    }

    @Test
    void theBodyGoesInAndWhatItPrintsComesBackAsItIs() throws Exception {
        try (var function = stage.function(wasm)) {
            var answer = function.answer(Stage.request(Headers.NONE, "echo Status: 404\n\nhello é\n"));
            assertThat(answer.body().text()).isEqualTo("Status: 404\n\nhello é\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.contentType()).isEqualTo("application/octet-stream");
            assertThat(function.answer("size" + "x".repeat(70_000))).isEqualTo("70004");
            assertThat(function.answer("")).isEmpty();
        }
    }

    @Test
    void theEnvironmentIsTheImagesTheConfigurationsFnsAndTheCalls() throws Exception {
        try (var function = stage.function(wasm, "LIMIT", "30", "HTTP_X_KEY", "configured")) {
            var event = Event.of(
                    "/fern/porch/mqtt/t",
                    Event.MQTT_MESSAGE,
                    "greenhouse/1/temperature",
                    Stage.NOW,
                    "application/json",
                    Headers.builder()
                            .add("Fern-Match-1", "1")
                            .add("X-Key", "of a stranger")
                            .add("Proxy", "evil:80")
                            .add("X-Two", "a")
                            .add("X-Two", "b")
                            .add("X-Bad", "a\0b")
                            .build(),
                    Payload.of("env"));
            assertThat(function.answer(event).body().text().lines())
                    .contains(
                            "IMAGE=its own",
                            "LIMIT=30",
                            "FN_APP_ID=id-greenhouse",
                            "FN_FN_ID=id-demo",
                            "FN_APP_NAME=greenhouse",
                            "FN_FN_NAME=demo",
                            "FN_MEMORY=64",
                            "FN_TYPE=sync",
                            "FN_DEADLINE=2026-11-23T12:00:05Z",
                            "CONTENT_TYPE=application/json",
                            "CONTENT_LENGTH=3",
                            "HTTP_CE_TYPE=dev.fern.mqtt.message",
                            "HTTP_CE_SUBJECT=greenhouse/1/temperature",
                            "HTTP_FERN_TRIGGER=invoke",
                            "HTTP_FERN_ATTEMPT=1",
                            "HTTP_FERN_MATCH_1=1",
                            "HTTP_X_TWO=a, b",
                            "HTTP_X_KEY=configured")
                    .anyMatch(line -> line.matches("HTTP_FN_CALL_ID=\\w{26}"))
                    .anyMatch(line -> line.matches("FN_CALL_ID=\\w{26}"))
                    .noneMatch(line -> line.startsWith("HTTP_PROXY") || line.startsWith("HTTP_X_BAD"));
        }
    }

    @Test
    void anHttpRequestIsThereInCgisWords() throws Exception {
        try (var function = stage.function(wasm)) {
            var headers = Headers.builder()
                    .add("Fn-Http-Method", "GET")
                    .add("Fn-Http-Request-Url", "http://porch:8080/t/house/x?name=Ada&x=[1]")
                    .build();
            assertThat(function.answer(Stage.request(headers, "env"))
                            .body()
                            .text()
                            .lines())
                    .contains("REQUEST_METHOD=GET", "QUERY_STRING=name=Ada&x=[1]");
        }
    }

    @Test
    void theImageSaysWhichFileIsStartedWithWhichArguments() throws Exception {
        var named = stage.bundle(wasm, "app/x.wasm", List.of("/app/x.wasm", "--fast"), List.of("a b"));
        var relative = stage.bundle(wasm, "function/x.wasm", List.of(), List.of("x.wasm"));
        var wrapped = stage.bundle(wasm, "function/x.wasm", List.of("wasmtime", "run"), List.of("x.wasm", "1"));
        try (var function = stage.function(named, Stage.fn(64));
                var second = stage.function(relative, Stage.fn(64));
                var third = stage.function(wrapped, Stage.fn(64));
                var usual = stage.function(wasm)) {
            assertThat(function.answer("args")).isEqualTo("/app/x.wasm\n--fast\na b\n");
            assertThat(second.answer("args")).isEqualTo("x.wasm\n");
            assertThat(third.answer("args")).isEqualTo("x.wasm\n1\n");
            assertThat(usual.answer("args")).isEqualTo("/function/func.wasm\n");
        }
    }

    @Test
    void itIsTheRuntimeForSuchImagesUnlessAProcessIsAskedFor() {
        var fn = Examples.fn("greenhouse/demo");
        assertThat(stage.runtime.canRun(fn, stage.bundle(wasm))).isTrue();
        assertThat(stage.runtime.canRun(fn, stage.bundle(wasm, "a/b.wasm", List.of("/a/b.wasm"), List.of())))
                .isTrue();
        assertThat(stage.runtime.canRun(fn, stage.bundle(wasm, "a/b.wasm", List.of("/a/b"), List.of())))
                .isFalse();
        assertThat(stage.runtime.canRun(Stage.fn(64, Fn.Isolation.CONTEXT), stage.bundle(wasm)))
                .isTrue();
        assertThat(stage.runtime.canRun(Stage.fn(64, Fn.Isolation.PROCESS), stage.bundle(wasm)))
                .isFalse();
        assertThatThrownBy(() -> stage.runtime.load(Stage.fn(64, Fn.Isolation.ISOLATE), stage.bundle(wasm)))
                .hasMessageContaining("no isolated heap for WebAssembly");
        assertThat(stage.runtime.name()).isEqualTo("wasm");
    }

    @Test
    void whatItPrintsToStandardErrorIsTheLogAndItsLastLineTheReason() throws Exception {
        try (var function = stage.function(wasm)) {
            assertThat(function.failure("say 7 9")).isEqualTo("no sensor at 7 9 (exit code 7)");
            assertThat(function.log()).containsExactly("first", "no sensor at 7 9");
            assertThat(function.answer("say 0")).isEmpty();
            assertThat(function.failure("exit 3")).isEqualTo("exit code 3");
            assertThat(function.failure("exit -1")).isEqualTo("exit code -1");
        }
    }

    @Test
    void thereAreNoFilesAndClosedStreamsStayClosed() throws Exception {
        try (var function = stage.function(wasm)) {
            assertThat(function.answer("file")).startsWith("closed, ");
            assertThat(function.failure("close")).isEqualTo("exit code 4");
            assertThat(function.answer("echo open again")).isEqualTo("open again");
        }
    }

    @Test
    void itHasClocksAndRandomNumbers() throws Exception {
        try (var function = stage.function(wasm)) {
            var words = function.answer("time").split(" ");
            assertThat(Long.parseLong(words[0]))
                    .isBetween(
                            Instant.now().getEpochSecond() - 600, Instant.now().getEpochSecond());
            assertThat(words).endsWith("1", "1");
        }
    }

    @Test
    void aCommandThatSaysSoAnswersAsCgiDoes() throws Exception {
        try (var function = stage.function(wasm, "GATEWAY_INTERFACE", "CGI/1.1")) {
            var answer = function.answer(Stage.request(Headers.NONE, "cgi such thing"));
            assertThat(answer.body().text()).isEqualTo("no such thing");
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.contentType()).isEqualTo("text/plain");
            assertThat(answer.headers().first("Fn-Http-H-X-Mine")).isEqualTo("1");
            assertThat(function.failure("echo plain")).contains("does not begin with fields");
        }
    }

    @Test
    void nothingReachesTheDaemonsOwnOutput() throws Exception {
        var out = System.out;
        var err = System.err;
        var heard = new ByteArrayOutputStream();
        try (var printer = new PrintStream(heard, true, StandardCharsets.UTF_8)) {
            System.setOut(printer);
            System.setErr(printer);
            try (var function = stage.function(wasm)) {
                function.call("say 1");
                function.call("trap");
                function.call("deep");
            }
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertThat(heard.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void itsClassesGoWhenItIsClosed() throws Exception {
        var classes = loadCallClose();

        Await.until("its class loader is collected", () -> {
            System.gc();
            return classes.refersTo(null);
        });
    }

    private WeakReference<ClassLoader> loadCallClose() throws InvalidDefinitionException {
        try (var function = stage.function(wasm)) {
            assertThat(function.answer("echo x")).isEqualTo("x");
            var code = ((WasmProgram) function.program()).code();
            assertThat(code).isNotNull();
            var loader = code.instantiate(() -> {
                        throw new AssertionError("nothing runs");
                    })
                    .loader();
            assertThat(loader).isNotEqualTo(WasmRuntime.class.getClassLoader());
            return new WeakReference<>(loader);
        }
    }

    @Test
    void aClosedProgramRunsNothing() throws Exception {
        var function = stage.function(wasm);
        function.program().close();
        assertThat(function.failure("echo x")).contains("unloaded");
    }
}
