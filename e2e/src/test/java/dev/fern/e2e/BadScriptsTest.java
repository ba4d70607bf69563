package dev.fern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            try (var fern = FernProcess.start(sandbox, "functions: \"" + folder + "\"\n");
                    var calls = new Calls(fern)) {
                calls.assertHarmless("bad", "return 'works'", BAD, "good", "echo");
                assertThat(fern.process().alive()).isTrue();
            }
        }
    }
}
