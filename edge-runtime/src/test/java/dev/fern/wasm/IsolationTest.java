package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.InvalidDefinitionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a command does to the others, and they to it: nothing.
class IsolationTest {
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
    void eachCallHasAMemoryOfItsOwn() throws Exception {
        try (var function = stage.function(wasm);
                var other = stage.function(wasm)) {
            for (int i = 0; i < 3; i++) {
                assertThat(function.answer("count")).isEqualTo("1");
                assertThat(other.answer("count")).isEqualTo("1");
                function.failure("trap");
                function.failure("exit 3");
                function.failure("hog");
            }
            assertThat(function.answer("call 21")).isEqualTo("42");
        }
        assertThat(gauge("fern_wasm_memory_bytes")).isZero();
    }

    @Test
    void aSleepEndsByItself() throws Exception {
        try (var function = stage.function(wasm)) {
            assertThat(function.answer("sleep 1")).isEqualTo("awake\n");
        }
    }

    @Test
    void memoryEndsAtWhatTheFunctionMayHave() throws Exception {
        try (var function = stage.function(stage.bundle(wasm), Stage.fn(8))) {
            assertThat(function.failure("hog")).isEqualTo("no more after 7 MB (exit code 1)");
            assertThat(function.answer("echo next")).isEqualTo("next");
        }
    }

    @Test
    void memoryEndsBeforeTheHeapDoes() throws Exception {
        try (var function = stage.function(stage.bundle(wasm), Stage.fn(2000))) {
            int most = (int) (Runtime.getRuntime().maxMemory() / Budget.PART_OF_HEAP >> 20);
            assertThat(function.failure("hog"))
                    .matches("no more after (\\d+) MB .*")
                    .satisfies(reason -> {
                        int reached = Integer.parseInt(reason.replaceAll("\\D+(\\d+) MB.*", "$1"));
                        assertThat(reached).isBetween(most - 3, most);
                    });
        }
        assertThat(gauge("fern_wasm_memory_bytes")).isZero();
    }

    @Test
    void anAnswerAndALogHaveAnEnd() throws Exception {
        try (var function = stage.function(wasm)) {
            assertThat(function.failure("answer")).isEqualTo("the answer is larger than 65536 bytes");
            assertThat(function.answer("flood")).isEmpty();
            assertThat(function.log()).hasSize(1001).last().asString().contains("the rest is dropped");
            function.log().clear();
            function.answer("line");
            assertThat(function.log()).hasSize(1).first().asString().hasSizeBetween(4000, 4200);
        }
    }

    @Test
    void callsAtOnceDoNotMeet() throws Exception {
        var program = stage.runtime.load(Stage.fn(64), stage.bundle(wasm));
        var failures = new AtomicReference<@Nullable Throwable>();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < 4; t++) {
            var text = "of thread " + t;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    var function = new Stage.Function(program, program.start(), new ArrayList<>());
                    for (int i = 0; i < 200; i++) {
                        assertThat(function.answer("echo " + text)).isEqualTo(text);
                        assertThat(function.answer("count")).isEqualTo("1");
                    }
                } catch (InvalidDefinitionException | RuntimeException | Error e) {
                    failures.set(e);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(failures.get()).isNull();
    }

    private double gauge(String name) {
        var found = new ArrayList<Double>();
        stage.metrics.forEachGauge((series, value) -> {
            if (series.name().equals(name)) {
                found.add(value);
            }
        });
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}
