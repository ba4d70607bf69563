package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.JavaBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The official FDKs, as they are published, in processes of their own.
class RealFdksTest {
    /// `./dev test` puts it there.
    private static final Path NODE_MODULES = Path.of(System.getProperty("fern.home"), "target/npm/node_modules");

    @TempDir
    Path folder;

    private Booth booth;

    @BeforeEach
    void open() throws Exception {
        booth = booth(folder);
    }

    /// Where the functions run.
    Booth booth(Path place) throws Exception {
        return new Booth(place);
    }

    @AfterEach
    void close() {
        booth.close();
    }

    private static Fn fn(int memoryMb) {
        return Booth.fn(Map.of("GREETING", "hi"), memoryMb, Duration.ofSeconds(30), Duration.ofSeconds(30), false);
    }

    private Bundle javaBundle(String members) {
        return JavaBundle.of(
                folder.resolve("java"),
                "demo.Fn::handle",
                "package demo;\nimport com.fnproject.fn.api.*;\nimport java.util.*;\npublic class Fn {\n" + members
                        + "\n}\n");
    }

    private Bundle node(String code) throws IOException {
        var bundle = booth.bundle(List.of("node", "func.js"), List.of(), Map.of(), "function/func.js", code);
        try (var files = Files.walk(NODE_MODULES)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var copy = bundle.root().resolve("function/node_modules").resolve(NODE_MODULES.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        return bundle;
    }

    @Test
    void aJavaFunctionRunsInAProcessOfItsOwnWithTheOfficialFdk() throws Exception {
        var bundle = javaBundle("""
                private final String greeting;
                private int calls;
                public Fn(RuntimeContext context) { greeting = context.getConfigurationByKey("GREETING").get(); }
                public static class Input { public String name; }
                public static class Output { public String text; public int calls; public long pid; }
                public Output handle(Input in) {
                    System.out.println("out " + in.name);
                    if (in.name.equals("boom")) throw new IllegalStateException("boom");
                    if (in.name.equals("exit")) System.exit(3);
                    Output out = new Output();
                    out.text = greeting + " " + in.name + " " + Runtime.getRuntime().maxMemory() / (1 << 20);
                    out.calls = ++calls;
                    out.pid = ProcessHandle.current().pid();
                    return out;
                }
                """);
        try (var running = booth.start(fn(160), bundle)) {
            var json = Headers.of("Content-Type", "application/json");
            for (int i = 1; i <= 20; i++) {
                var result = (Result.Success) running.call(Booth.request(json, "{\"name\":\"ann\"}"));
                assertThat(result.answer().body().text())
                        .matches("\\{\"text\":\"hi ann \\d\\d\",\"calls\":" + i + ",\"pid\":2}");
                assertThat(result.answer().headers().first("Fn-Fdk-Version", ""))
                        .startsWith("fdk-java/");
            }
            Await.until("its output is there", () -> running.log().contains("out ann"));
            assertThat(running.failure("{\"name\":\"boom\"}")).startsWith("the function failed");
            Await.until("its trace is there", () -> running.log().stream().anyMatch(line -> line.contains("boom")));
            assertThat(running.instance().spent()).isFalse();
            assertThat(running.failure("{\"name\":\"exit\"}")).contains("its exit status is 3");
        }
    }

    @Test
    void aJavaFunctionThatEatsMemoryIsStoppedAtItsLimit() throws Exception {
        var bundle = javaBundle("""
                public String handle() {
                    List<byte[]> hog = new ArrayList<>();
                    while (true) hog.add(new byte[1 << 20]);
                }
                """);
        try (var running = booth.start(fn(128), bundle)) {
            assertThat(running.call("")).isInstanceOf(Result.FunctionError.class);
        }
    }

    @Test
    void aNodeFunctionRunsWithTheOfficialFdk() throws Exception {
        var bundle = node("""
                const fdk = require('@fnproject/fdk');
                let calls = 0;
                fdk.handle(async (input, ctx) => {
                  console.log('out ' + JSON.stringify(input));
                  if (input.name === 'boom') throw new Error('boom');
                  ctx.responseContentType = 'application/json';
                  ctx.setResponseHeader('X-Mine', ctx.getHeader('X-Yours'));
                  return {text: ctx.config['GREETING'] + ' ' + input.name, calls: ++calls, pid: process.pid};
                });
                """);
        try (var running = booth.start(fn(128), bundle)) {
            var headers = Headers.NONE.toBuilder()
                    .set("Content-Type", "application/json")
                    .set("X-Yours", "y")
                    .build();
            for (int i = 1; i <= 20; i++) {
                var result = (Result.Success) running.call(Booth.request(headers, "{\"name\":\"ann\"}"));
                assertThat(result.answer().body().text())
                        .isEqualTo("{\"text\":\"hi ann\",\"calls\":" + i + ",\"pid\":2}");
                assertThat(result.answer().headers().first("X-Mine", "")).isEqualTo("y");
                assertThat(result.answer().headers().first("Fn-Fdk-Version", ""))
                        .startsWith("fdk-node/");
            }
            Await.until("its output is there", () -> running.log().contains("out {\"name\":\"ann\"}"));
            assertThat(((Result.FunctionError) running.call(Booth.request(headers, "{\"name\":\"boom\"}"))).message())
                    .contains("boom");
            assertThat(running.instance().spent()).isFalse();
        }
    }

    @Test
    void aConnectionThatNodeHasClosedMeanwhileLosesNoCall() throws Exception {
        var bundle = node("require('@fnproject/fdk').handle(input => 'fine')");
        try (var running = booth.start(fn(128), bundle)) {
            running.call("");
            Thread.sleep(Duration.ofSeconds(6)); // node closes what has been idle for 5 s
            assertThat(running.answer("")).isEqualTo("\"fine\"");
        }
    }
}
