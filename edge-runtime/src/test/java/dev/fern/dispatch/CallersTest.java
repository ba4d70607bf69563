package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Headers;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Trigger;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls that somebody waits for.
class CallersTest {
    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new Workbench(folder);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void the_counts_say_why_the_last_call_failed_until_one_succeeds() throws Exception {
        var fn = bench.deploy("a/f", "to/out", "mqtt:out");
        var invoke = fn.triggers().getFirst();
        bench.runtime.body("a/f", call -> switch (call.event().data().text()) {
            case "odd" -> new Result.Success(new Answer(Headers.of("Fern-To", "elsewhere"), Payload.of("x")));
            case "bad" -> new Result.FunctionError("it threw java.lang.Error");
            default -> FakeRuntime.answer("x");
        });

        bench.dispatcher.invoke(invoke, Examples.event("bad"));
        assertThat(bench.dispatcher.counts(fn.name()).failure()).isEqualTo("it threw java.lang.Error");
        bench.dispatcher.invoke(invoke, Examples.event("odd"));
        assertThat(bench.dispatcher.counts(fn.name()).failure()).contains("target elsewhere");
        assertThat(bench.failed("a/f")).isEqualTo(2);
        bench.dispatcher.invoke(invoke, Examples.event("good"));
        assertThat(bench.dispatcher.counts(fn.name()).failure()).isNull();
    }

    @Test
    void a_caller_waits_for_its_turn_no_longer_than_a_call_may_take() throws Exception {
        var fn = bench.deploy("a/f");
        var invoke = fn.triggers().getFirst();
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        bench.runtime.body("a/f", _ -> {
            begun.countDown();
            end.await();
            return FakeRuntime.answer("x");
        });
        var first = ask(invoke);
        begun.await();
        var second = ask(invoke);
        Await.until("it waits", () -> {
            bench.time.advance(fn.timeout());
            return second.isDone();
        });

        assertThat(second.get())
                .isInstanceOfSatisfying(
                        Result.Unavailable.class, it -> assertThat(it.reason()).isEqualTo("a/f is busy"));
        assertThat(first).as("one that runs is the watchdog's").isNotDone();
        end.countDown();
        assertThat(first.get()).isEqualTo(FakeRuntime.answer("x"));
    }

    private CompletableFuture<Result> ask(Trigger trigger) {
        var result = new CompletableFuture<Result>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(bench.dispatcher.invoke(trigger, Examples.event("x")));
            } catch (InterruptedException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @Test
    void a_caller_gets_the_body_and_targets_only_what_is_named_for_them() throws Exception {
        var fn = bench.deploy("a/f", "to/out", "mqtt:out");
        var invoke = fn.triggers().getFirst();
        assertThat(bench.dispatcher.invoke(invoke, Examples.event("x"))).isEqualTo(FakeRuntime.answer("x"));
        assertThat(bench.sink.sent()).isEmpty();
        var named = new Answer(Headers.of("Fern-To", "out"), Payload.of("y"));
        bench.runtime.body("a/f", _ -> new Result.Success(named));
        assertThat(bench.dispatcher.invoke(invoke, Examples.event("x"))).isEqualTo(new Result.Success(named));
        Await.until("it is sent", () -> bench.sink.texts().equals(List.of("y")));
        assertThat(bench.dispatcher.counts(fn.name()).ok()).isEqualTo(2);
    }
}
