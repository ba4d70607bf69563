package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// The daemon with the 96 MB of heap that it has on a device, and JavaScript that wants more: in one piece, by small
/// steps, and by what the engine does itself.
class BadScriptsTest {
    private static final String EVAL = """
            const fdk = require('@fnproject/fdk')
            const kept = []
            fdk.handle(async (code, ctx) => {
              ctx.responseContentType = 'text/plain'
              return String(await eval('(async () => {' + code + '})()')).slice(0, 20)
            }, { inputMode: 'string' })
            """;
    private static final String ECHO = """
            require('@fnproject/fdk').handle((input, ctx) => {
              ctx.responseContentType = 'text/plain'
              return 'good ' + input
            }, { inputMode: 'string' })
            """;
    private static final String GOOD = """
            public class Good {
                public String handle(String in) { return "good " + in; }
            }
            """;
    private static final List<String> BAD = List.of(
            "new Uint8Array(2**31-1)",
            "'x'.repeat(2**29)",
            "1n << 1000000000n",
            "2n ** 400000000n",
            "for (let x = 3n;;) x *= x",
            "Buffer.alloc(2**30)",
            "for (;;) kept.push(new Uint8Array(1e6))",
            "for (;;) kept.push(1n << 1000000n)",
            "for (let i = 0;; i++) kept.push('x'.repeat(1e5) + i)",
            "for (let s = 'x';;) s += s",
            "for (let s = '', i = 0;;) s += 'xxxxxxxxxx' + i++",
            "for (let i = 0;; i++) kept.push([i, {}, () => i])",
            "return 'x'.repeat(8e6).split('').length",
            "return 'x,'.repeat(4e6).split(',').length",
            "return 'x'.repeat(8e6).split(/(?:)/).length",
            "return 'x'.repeat(8e6).match(/x/g).length",
            "return JSON.parse('[' + '{},'.repeat(2e6) + '{}]').length",
            "return JSON.stringify(Array(1e6).fill('x'.repeat(1000)))",
            "return Array(1e7).fill('x').map(String)",
            "for (;;) queueMicrotask(() => kept.push(new Uint8Array(1e5)))",
            "for (;;) setTimeout(() => {}, 1e6)",
            "for (;;) try { kept.push('x'.repeat(1e6) + kept.length) } catch { }",
            "const f = () => { try { f() } catch { f() } }; f()");

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    private static void script(Path folder, String name, String code) throws IOException {
        var function = Files.createDirectories(folder.resolve(name));
        Files.writeString(function.resolve("func.js"), code);
        Files.writeString(function.resolve("func.yaml"), """
                schema_version: 20180708
                name: %s
                version: 0.0.1
                runtime: node
                entrypoint: node func.js
                memory: 64
                timeout: 5
                """.formatted(name));
    }

    @Test
    void a_hog_is_stopped_and_the_daemon_and_the_other_functions_go_on() throws Exception {
        try (var sandbox = new Sandbox()) {
            var folder = sandbox.folder("functions");
            TestFunction.build(sandbox, "good", "1.0.0", "", "Good", GOOD);
            script(folder, "bad", EVAL);
            script(folder, "echo", ECHO);
            try (var fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n")) {
                var bad = id(fern, "bad");
                assertThat(answer(fern, bad, "return 'works'")).isEqualTo("200 works");
                var wrong = new ArrayList<String>();
                var stop = new AtomicBoolean();
                var good = Thread.ofPlatform().start(() -> callUntil(stop, fern, List.of("good", "echo"), wrong));
                for (var code : BAD) {
                    var answer = answer(fern, bad, code);
                    System.out.println(code + ": " + answer);
                    assertThat(answer).as(code).doesNotStartWith("200").doesNotStartWith("503");
                    assertThat(answer(fern, bad, "return 'works'"))
                            .as("after " + code)
                            .isEqualTo("200 works");
                    assertThat(wrong).as("during " + code).isEmpty();
                }
                stop.set(true);
                good.join();
                assertThat(wrong).isEmpty();
                assertThat(fern.process().alive()).isTrue();
            }
        }
    }

    /// Calls each of them 25 times a second.
    private void callUntil(AtomicBoolean stop, FernProcess fern, List<String> names, List<String> wrong) {
        try {
            var ids = new ArrayList<String>();
            for (var name : names) {
                ids.add(id(fern, name));
            }
            while (!stop.get()) {
                for (var id : ids) {
                    var answer = answer(fern, id, "x");
                    if (!answer.equals("200 good x")) {
                        wrong.add(answer);
                    }
                    Thread.sleep(20);
                }
            }
        } catch (Exception e) {
            wrong.add(e.toString());
        }
    }

    private String answer(FernProcess fern, String id, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(fern.url() + "/invoke/" + id))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static String id(FernProcess fern, String name) throws IOException, InterruptedException {
        var status = JsonParser.create(fern.get("/fern/status").body()).readJsonObject();
        return status.arrayValue("functions").orElseThrow().values().stream()
                .map(JsonObject.class::cast)
                .filter(fn -> fn.stringValue("name", "").equals(name))
                .map(fn -> fn.stringValue("id", ""))
                .findFirst()
                .orElseThrow();
    }
}
