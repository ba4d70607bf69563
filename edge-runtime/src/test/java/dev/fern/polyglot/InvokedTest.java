package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Metrics;
import dev.fern.Result;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.NodeBundle;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/// JavaScript functions under the Invoker, which calls them in a daemon.
class InvokedTest {
    private static final String COUNTER = Stage.HEAD + """
            let n = 0
            fdk.handle((input) => {
              if (input === 'loop') for (;;) ;
              if (input === 'exit') process.exit(1)
              return { n: ++n, input }
            })
            """;
    private static final int CONTEXTS = 50;

    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final Logs logs = new Logs(time);
    private final Invoker invoker = new Invoker(
            8,
            time,
            logs,
            List.of(new JavaScriptRuntime(JavaScriptRuntime.ANSWER_BYTES, new Metrics())),
            new Metrics());
    private int bundles;

    @AfterEach
    void close() {
        invoker.close();
    }

    private void install(Fn fn, String func) throws Exception {
        var version = invoker.load(fn, NodeBundle.of(folder.resolve("b" + bundles++), func));
        assertThat(version.runtime()).isEqualTo("javascript");
        invoker.install(version);
    }

    private Result call(String fn, String body) throws Exception {
        var done = new CompletableFuture<Result>();
        var call = Call.first(Examples.trigger(fn, "on", "mqtt:a"), Examples.event(body), Instant.EPOCH);
        invoker.submit(FnName.parse(fn), call, true, done::complete);
        return done.get(60, TimeUnit.SECONDS);
    }

    private String answer(String fn, String body) throws Exception {
        var result = call(fn, body);
        assertThat(result).isInstanceOf(Result.Success.class);
        return ((Result.Success) result).answer().body().text();
    }

    @Test
    void aLoopIsStoppedAtItsTimeOutAndTheNextCallRunsOnANewInstance() throws Exception {
        install(Stage.fn(Fn.Isolation.SHARED, 64, Duration.ofSeconds(1)), COUNTER);
        assertThat(answer("greenhouse/demo", "a")).isEqualTo("{\"n\":1,\"input\":\"a\"}");
        assertThat(answer("greenhouse/demo", "b")).isEqualTo("{\"n\":2,\"input\":\"b\"}");

        // more often than there may be stuck threads: none of them is
        for (int i = 0; i < 6; i++) {
            assertThat(call("greenhouse/demo", "loop")).isInstanceOf(Result.TimedOut.class);
            assertThat(answer("greenhouse/demo", "c")).isEqualTo("{\"n\":1,\"input\":\"c\"}");
        }
        assertThat(invoker.quarantine(FnName.parse("greenhouse/demo"))).isNull();
    }

    @Test
    void anInstanceThatExitedIsReplaced() throws Exception {
        install(Examples.fn("a/f"), COUNTER);
        answer("a/f", "a");

        assertThat(call("a/f", "exit")).isEqualTo(new Result.FunctionError("function called process.exit(1)"));

        assertThat(answer("a/f", "b")).isEqualTo("{\"n\":1,\"input\":\"b\"}");
    }

    /// Reports, and asserts nothing about time.
    @Test
    void howLongThingsTakeIsReported(TestReporter reporter) throws Exception {
        long start = System.nanoTime();
        install(Examples.fn("a/first"), COUNTER);
        answer("a/first", "x");
        double first = ms(start);
        start = System.nanoTime();
        install(Examples.fn("a/second"), COUNTER.replace("n: ++n", "n: n++"));
        answer("a/second", "x");
        double second = ms(start);
        for (int i = 0; i < 2000; i++) {
            answer("a/first", "{\"celsius\":31.5}");
        }
        start = System.nanoTime();
        for (int i = 0; i < 2000; i++) {
            answer("a/first", "{\"celsius\":31.5}");
        }
        double warm = ms(start) / 2;
        long before = used();
        for (int i = 0; i < CONTEXTS; i++) {
            install(Examples.fn("a/f" + i), COUNTER);
            answer("a/f" + i, "x");
        }
        long each = (used() - before) / CONTEXTS / 1000;
        assertThat(answer("a/f0", "x")).isEqualTo("{\"n\":2,\"input\":\"x\"}");
        reporter.publishEntry(
                "JavaScript",
                "first function and call %.0f ms, a further one %.1f ms, warm call %.1f us, idle instance %d KB"
                        .formatted(first, second, warm, each));
    }

    private static double ms(long since) {
        return (System.nanoTime() - since) / 1e6;
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
