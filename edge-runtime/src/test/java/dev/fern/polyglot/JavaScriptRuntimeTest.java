package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Console;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.NodeBundle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaScriptRuntimeTest {
    @TempDir
    Path folder;

    private Stage stage;

    @BeforeEach
    void open() {
        stage = new Stage(folder);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void itRunsWhatNodeWouldRunUnlessAProcessIsWanted() {
        var image = NodeBundle.of(stage.folder(), "");
        var elsewhere = new Bundle(
                "sha256:0",
                stage.folder(),
                List.of("/usr/bin/node", "--flag", "src/main.js"),
                List.of(),
                Map.of(),
                "/app");
        var python =
                new Bundle("sha256:0", stage.folder(), List.of("python", "func.py"), List.of(), Map.of(), "/function");
        var bare = new Bundle("sha256:0", image.root(), List.of(), List.of(), Map.of(), "");
        var fn = Examples.fn("a/f");

        assertThat(stage.runtime.canRun(fn, image)).isTrue();
        assertThat(stage.runtime.canRun(fn, bare)).isTrue();
        assertThat(stage.runtime.canRun(fn, python)).isFalse();
        assertThat(stage.runtime.canRun(Stage.fn(Fn.Isolation.PROCESS, 64, Duration.ofSeconds(5)), image))
                .isFalse();
        assertThat(Script.of(elsewhere)).isEqualTo(new Script("/app/src/main.js"));
        assertThat(stage.runtime.name()).isEqualTo("javascript");
    }

    @Test
    void aFunctionGetsJsonAndAnswersJson() throws Exception {
        try (var function = stage.function(Stage.HEAD + """
                fdk.handle(function (input) { return { hot: input.celsius > 30, twice: [input.celsius * 2] } })
                """)) {
            var answer = function.answer(Stage.request(Headers.NONE, "{\"celsius\":31.5}"));

            assertThat(answer.body().text()).isEqualTo("{\"hot\":true,\"twice\":[63]}");
            assertThat(answer.contentType()).isEqualTo("application/json");
            assertThat(answer.headers().first("Fn-Fdk-Version")).isEqualTo("fdk-node/0.0.76 (fern, graaljs=25.0.2)");
            assertThat(answer.headers().first("Fn-Fdk-Runtime")).isEqualTo("graaljs/25.0.2");
        }
    }

    @Test
    void bytesGoInAndComeOut() throws Exception {
        try (var function = stage.function(Stage.HEAD + """
                fdk.handle((input, ctx) => {
                  ctx.responseContentType = 'application/octet-stream'
                  input[0]++
                  return Buffer.concat([input, Buffer.from([input.length])])
                }, { inputMode: 'buffer' })
                """)) {
            var bytes = new byte[] {1, -1, 0};
            var event = Event.of("/x", Event.MQTT_MESSAGE, "a", Stage.NOW, null, Headers.NONE, Payload.of(bytes));

            assertThat(function.answer(event).body().bytes()).containsExactly(2, -1, 0, 3);
            assertThat(bytes).as("the event's own").containsExactly(1, -1, 0);
        }
    }

    @Test
    void anEventArrivesWithItsCloudEventAttributes() throws Exception {
        try (var function = stage.handler("return [ctx.getHeader('ce-type'), ctx.getHeader('Ce-Subject'), "
                + "ctx.headers['Fern-Trigger'], ctx.deadline.toISOString(), ctx.callID.length, input]")) {
            assertThat(function.answer(Examples.event("x")).body().text())
                    .isEqualTo(
                            "[\"dev.fern.mqtt.message\",\"a/b\",[\"invoke\"],\"2026-11-23T12:00:05.000Z\",26,\"x\"]");
        }
    }

    @Test
    void whatItThrowsIsAFailureWithItsStackInTheLog() throws Exception {
        try (var function = stage.function(Stage.HEAD + """
                function inner () {
                  throw new TypeError('boom')
                }
                fdk.handle(() => inner())
                """)) {
            assertThat(function.failure("")).isEqualTo("TypeError: boom");
            assertThat(function.log())
                    .containsExactly(
                            "Error in function: TypeError: boom",
                            "    at inner (/function/func.js:3:9)",
                            "    at /function/func.js:5:18");
            assertThat(function.instance().spent()).isFalse();
        }
    }

    @Test
    void whatItPrintsIsInTheLogOfTheCallAndAFloodIsCut() throws Exception {
        try (var function = stage.function("console.log('loading %d', 1)\n" + Stage.HEAD + """
                fdk.handle((input) => {
                  console.error({ input }, [1, 'a'])
                  process.stdout.write('no ')
                  process.stdout.write('end')
                  if (input.flood) for (let i = 0; i < 5000; i++) console.log('x'.repeat(10000))
                  return 1
                })
                """)) {
            assertThat(function.answer("x")).isEqualTo("1");
            assertThat(function.log()).containsExactly("loading 1", "{ input: 'x' } [ 1, 'a' ]", "no end");
            function.log().clear();

            function.answer("{\"flood\":1}");

            assertThat(function.log())
                    .hasSize(Console.MOST_LINES + 1)
                    .last()
                    .asString()
                    .contains("the rest is dropped");
            assertThat(function.log().get(2)).hasSizeBetween(Console.MOST_CHARS, Console.MOST_CHARS + 20);
            assertThat(stage.metrics
                            .counter("fern_function_output_cut_total", "fn", "greenhouse/demo")
                            .sum())
                    .isEqualTo(1);
        }
    }

    @Test
    void aPromiseIsAwaitedWithTimersTicksAndImmediatesInNodesOrder() throws Exception {
        try (var function = stage.handler("""
                const seen = []
                setTimeout(() => seen.push('timer'), 1)
                setImmediate(() => seen.push('immediate'))
                Promise.resolve().then(() => { seen.push('promise'); process.nextTick(() => seen.push('late tick')) })
                process.nextTick(() => seen.push('tick'))
                queueMicrotask(() => seen.push('microtask'))
                const never = setTimeout(() => seen.push('never'), 5)
                clearTimeout(never)
                let times = 0
                await new Promise((resolve) => {
                  const id = setInterval(() => { if (++times === 3) { clearInterval(id); resolve() } }, 2)
                })
                seen.push('interval')
                return seen.filter((one) => one !== 'immediate').join() + seen.includes('immediate')
                """)) {
            assertThat(function.answer("")).isEqualTo("\"tick,promise,microtask,late tick,timer,intervaltrue\"");
        }
    }

    @Test
    void aPromiseThatNeverSettlesEndsWithTheTimeOut() throws Exception {
        var fn = Stage.fn(Fn.Isolation.CONTEXT, 64, Duration.ofSeconds(1));
        var bundle = NodeBundle.of(stage.folder(), Stage.HEAD + "fdk.handle(() => new Promise(() => {}))");
        try (var function = stage.function(fn, bundle)) {
            assertThat(function.call("")).isEqualTo(new Result.TimedOut(Duration.ofSeconds(1)));
            assertThat(function.instance().spent()).isTrue();
        }
    }

    @Test
    void anEndlessLoopIsStoppedFromAnotherThread() throws Exception {
        for (var loop : List.of(
                "for (;;) ;",
                "for (;;) try { for (;;) ; } finally { continue }",
                "await new Promise(() => {})",
                "for (;;) await null",
                "[3, 2, 1].sort(() => { for (;;) ; })",
                "JSON.parse('[1]', () => { for (;;) ; })")) {
            try (var function = stage.handler("console.log('in'); " + loop)) {
                var result = new CompletableFuture<Result>();
                var thread = Thread.ofPlatform().daemon().start(() -> result.complete(function.call("")));
                Await.until("it runs", () -> function.log().contains("in"));

                function.instance().stop();

                assertThat(result.get(20, TimeUnit.SECONDS))
                        .as(loop)
                        .isEqualTo(new Result.FunctionError("it was stopped"));
                thread.join(20_000);
                assertThat(thread.isAlive()).isFalse();
                assertThat(function.instance().spent()).isTrue();
            }
        }
    }

    @Test
    void anInstanceHasItsOwnStateAndKeepsItBetweenCalls() throws Exception {
        var bundle = NodeBundle.of(
                stage.folder(),
                Stage.HEAD + "let n = 0; globalThis.m = 0\n"
                        + "fdk.handle(() => [++n, ++globalThis.m, ++(Array.prototype.x ??= 0, Array.prototype).x])");
        var program = stage.runtime.load(Examples.fn("greenhouse/demo"), bundle);
        try (var one = new Stage.Function(program, program.start(), new java.util.ArrayList<>());
                var other = new Stage.Function(program, program.start(), new java.util.ArrayList<>())) {
            assertThat(one.answer("")).isEqualTo("[1,1,1]");
            assertThat(one.answer("")).isEqualTo("[2,2,2]");
            assertThat(other.answer("")).isEqualTo("[1,1,1]");
        }
    }

    @Test
    void configurationIsTheEnvironment() throws Exception {
        var bundle = NodeBundle.in(stage.folder())
                .file(
                        "func.js",
                        Stage.HEAD + "fdk.handle((_, ctx) => [process.env.LIMIT, ctx.config.LIMIT, process.env.PATH, "
                                + "ctx.appName, ctx.fnName, ctx.memory, ctx.fnID, process.env.NONE === undefined, "
                                + "Object.keys(process.env).includes('LIMIT')])")
                .env("PATH", "/bin")
                .env("LIMIT", "1")
                .bundle();
        try (var function = stage.function(bundle, Map.of("LIMIT", "30"))) {
            assertThat(function.answer(""))
                    .isEqualTo("[\"30\",\"30\",\"/bin\",\"greenhouse\",\"demo\",64,\"id-demo\",true,true]");
        }
    }

    @Test
    void aStreamAndRawBytesAreAnswersAsWell() throws Exception {
        try (var function = stage.function(Stage.HEAD + """
                const { Readable, Transform } = require('stream')
                fdk.handle((input, ctx) => {
                  ctx.responseContentType = 'text/plain'
                  if (input === 'raw') return fdk.rawResult(Buffer.from('räw'))
                  const upper = new Transform({ transform (chunk, _, done) { done(null, String(chunk).toUpperCase()) } })
                  return fdk.streamResult(Readable.from(['one ', 'twö']).pipe(upper))
                })
                """)) {
            assertThat(function.answer("raw")).isEqualTo("räw");
            assertThat(function.answer("stream")).isEqualTo("ONE TWÖ");
        }
    }

    @Test
    void nothingIsAnAnswerWithoutABody() throws Exception {
        try (var function = stage.handler("ctx.setResponseHeader('X-Mine', 'a', 'b')")) {
            var answer = function.answer(Stage.request(Headers.NONE, ""));

            assertThat(answer.body().size()).isZero();
            assertThat(answer.headers().all("X-Mine")).containsExactly("a", "b");
        }
    }

    @Test
    void anAnswerThatIsTooLargeFailsTheCall() throws Exception {
        try (var function = stage.handler("return 'x'.repeat(+input)")) {
            assertThat(function.answer("60000")).hasSize(60002);
            assertThat(function.failure("70000")).isEqualTo("the answer is larger than 64 KB");
            assertThat(function.answer("10")).hasSize(12);
        }
    }

    @Test
    void whatWouldEndAProcessEndsTheInstance() throws Exception {
        for (var end : Map.of(
                        "setTimeout(() => { throw new Error('late') }, 1); await new Promise(() => {})", "Error: late",
                        "Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 50))", "Error: lost",
                        "try { process.exit(3) } catch {}; return 1", "function called process.exit(3)",
                        "process.nextTick(() => { throw new Error('tick') }); await new Promise(() => {})",
                                "Error: tick")
                .entrySet()) {
            try (var function = stage.handler(end.getKey())) {
                assertThat(function.failure("")).isEqualTo(end.getValue());
                assertThat(function.instance().spent()).isTrue();
            }
        }
    }

    @Test
    void deepRecursionFailsOneCallOnly() throws Exception {
        try (var function = stage.handler("const f = () => f() + 1; return input === 'deep' ? f() : 'good'")) {
            assertThat(function.failure("deep")).isEqualTo("RangeError: Maximum call stack size exceeded");
            assertThat(function.instance().spent()).isFalse();
            assertThat(function.answer("x")).isEqualTo("\"good\"");
        }
    }

    @Test
    void nothingOfJavaOrOfTheDeviceIsThere() throws Exception {
        try (var function = stage.handler("""
                const found = []
                for (const name of ['Java', 'Polyglot', 'Packages', 'java', 'load', 'print', 'Graal', 'Atomics',
                  'SharedArrayBuffer', 'WebAssembly', 'read', 'quit']) {
                  if (globalThis[name] !== undefined) found.push(name)
                }
                for (const code of ['import("fs")', 'require("fs")', 'require("/etc/passwd")', 'fetch("http://x")']) {
                  try { await eval(code); found.push(code) } catch {}
                }
                return found
                """)) {
            assertThat(function.answer("")).isEqualTo("[]");
        }
    }

    @Test
    void textIsUtf8OnBothSides() throws Exception {
        try (var function = stage.handler("return input + '€'")) {
            var event = Stage.request(Headers.NONE, "äö日本😀");
            assertThat(new String(function.answer(event).body().bytes(), StandardCharsets.UTF_8))
                    .isEqualTo("\"äö日本😀€\"");
        }
    }
}
