package dev.fern.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.FakeTime;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InvokerTest {
    private final FakeTime time = new FakeTime();
    private final FakeRuntime runtime = new FakeRuntime();
    private final Logs logs = new Logs(time);
    private final Invoker invoker = new Invoker(4, time, logs, List.of(runtime), new Metrics());
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        gate.countDown();
        invoker.close();
    }

    private static Fn fn(String name, int concurrency, Duration timeout, Duration idle) {
        var fn = Examples.fn(name);
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                fn.memoryMb(),
                timeout,
                idle,
                fn.config(),
                fn.isolation(),
                concurrency,
                false,
                false,
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }

    private void install(Fn fn) throws InvalidDefinitionException, InterruptedException {
        invoker.install(invoker.load(fn, FakeRuntime.BUNDLE));
    }

    private CompletableFuture<Result> submit(String fn, String text, boolean ahead) {
        var done = new CompletableFuture<Result>();
        var trigger = Examples.trigger(fn, "on", "mqtt:a");
        invoker.submit(
                FnName.parse(fn), Call.first(trigger, Examples.event(text), Instant.EPOCH), ahead, done::complete);
        return done;
    }

    private static Result get(CompletableFuture<Result> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @Test
    void a_call_gets_the_functions_answer() throws Exception {
        install(Examples.fn("a/f"));
        runtime.body(
                "a/f", call -> FakeRuntime.answer("got " + call.event().data().text()));

        assertThat(get(submit("a/f", "x", false))).isEqualTo(FakeRuntime.answer("got x"));
    }

    @Test
    void the_log_says_why_a_call_failed() throws Exception {
        install(fn("a/f", 1, Duration.ofMillis(300), Duration.ofSeconds(30)));
        runtime.body("a/f", call -> {
            if (call.event().data().text().equals("late")) {
                gate.await();
            }
            return new Result.FunctionError("it has exited with 7");
        });

        get(submit("a/f", "x", true));
        get(submit("a/f", "late", true));

        assertThat(logs.last(10))
                .anySatisfy(line -> assertThat(line).endsWith("the call failed: it has exited with 7"));
        assertThat(logs.last(10))
                .anySatisfy(line -> assertThat(line).endsWith("the call was stopped, as it did not end within 300 ms"));
        assertThat(logs.last(10)).allSatisfy(line -> assertThat(line).contains(" a/f "));
    }

    @Test
    void one_function_runs_as_many_calls_at_once_as_its_concurrency_and_no_more() throws Exception {
        install(fn("a/f", 2, Duration.ofSeconds(5), Duration.ofSeconds(30)));
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        runtime.body("a/f", _ -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            gate.await();
            running.decrementAndGet();
            return FakeRuntime.answer("");
        });
        var calls = new ArrayList<CompletableFuture<Result>>();
        for (int i = 0; i < 5; i++) {
            calls.add(submit("a/f", "", false));
        }
        Await.until("two run", () -> running.get() == 2);
        assertThat(invoker.running(FnName.parse("a/f"))).isEqualTo(2);
        gate.countDown();
        for (var call : calls) {
            get(call);
        }
        assertThat(most).hasValue(2);
        assertThat(runtime.instances).hasValue(2);
    }

    @Test
    void all_functions_together_run_no_more_than_the_limit_and_the_starved_one_gets_its_turn() throws Exception {
        install(fn("a/greedy", 10, Duration.ofSeconds(30), Duration.ofSeconds(30)));
        install(Examples.fn("a/late"));
        var started = new AtomicInteger();
        runtime.body("a/greedy", _ -> {
            started.incrementAndGet();
            gate.await();
            return FakeRuntime.answer("");
        });
        var calls = new ArrayList<CompletableFuture<Result>>();
        for (int i = 0; i < 10; i++) {
            calls.add(submit("a/greedy", "", false));
        }
        Await.until("four run", () -> started.get() == 4);
        var late = submit("a/late", "", false);
        assertThat(late).isNotDone();
        gate.countDown();
        get(late);
        for (var call : calls) {
            get(call);
        }
    }

    @Test
    void a_caller_who_waits_is_before_those_that_nobody_waits_for() throws Exception {
        install(Examples.fn("a/f"));
        var order = Collections.synchronizedList(new ArrayList<String>());
        var running = new CountDownLatch(1);
        runtime.body("a/f", call -> {
            order.add(call.event().data().text());
            running.countDown();
            gate.await();
            return FakeRuntime.answer("");
        });
        var calls = new ArrayList<>(List.of(submit("a/f", "first", false)));
        running.await();
        calls.add(submit("a/f", "backlog", false));
        calls.add(submit("a/f", "caller", true));
        gate.countDown();
        for (var call : calls) {
            get(call);
        }
        assertThat(order).containsExactly("first", "caller", "backlog");
    }

    /// Waits as a function does that is deaf to interrupts.
    private static void awaitDeaf(CountDownLatch gate) {
        while (gate.getCount() > 0) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                // that is what deaf means
            }
        }
    }

    @Test
    void a_call_ends_at_its_timeout_whatever_the_function_does_and_the_next_one_runs() throws Exception {
        install(fn("a/f", 1, Duration.ofMillis(500), Duration.ofSeconds(30)));
        runtime.body("a/f", call -> {
            if (call.event().data().text().equals("stuck")) {
                awaitDeaf(gate);
            }
            return FakeRuntime.answer("ok");
        });
        var stuck = submit("a/f", "stuck", false);
        var next = submit("a/f", "", false);
        assertThat(get(stuck)).isEqualTo(new Result.TimedOut(Duration.ofMillis(500)));
        assertThat(get(next)).isEqualTo(FakeRuntime.answer("ok"));
    }

    @Test
    void a_function_that_ends_when_interrupted_is_not_stuck() throws Exception {
        install(fn("a/f", 1, Duration.ofMillis(50), Duration.ofSeconds(30)));
        runtime.body("a/f", _ -> {
            gate.await();
            return FakeRuntime.answer("");
        });
        for (int i = 0; i < Conduct.STUCK_MOST + 2; i++) {
            assertThat(get(submit("a/f", "", false))).isInstanceOf(Result.TimedOut.class);
            Await.until("its thread ended", () -> runtime.instances.get() == 0);
        }
        assertThat(invoker.quarantine(FnName.parse("a/f"))).isNull();
    }

    @Test
    void four_stuck_threads_quarantine_a_function_until_it_is_pardoned_or_replaced() throws Exception {
        var fn = fn("a/f", 1, Duration.ofMillis(500), Duration.ofSeconds(30));
        install(fn);
        runtime.body("a/f", call -> {
            if (call.event().data().text().equals("stuck")) {
                awaitDeaf(gate);
            }
            return FakeRuntime.answer("ok");
        });
        for (int i = 0; i < Conduct.STUCK_MOST; i++) {
            assertThat(get(submit("a/f", "stuck", false))).isInstanceOf(Result.TimedOut.class);
        }
        assertThat(get(submit("a/f", "", false))).isInstanceOf(Result.Unavailable.class);
        assertThat(invoker.quarantine(fn.name())).contains("did not end");

        assertThat(invoker.pardon(fn.name())).isTrue();
        assertThat(get(submit("a/f", "", false))).isEqualTo(FakeRuntime.answer("ok"));

        for (int i = 0; i < Conduct.STUCK_MOST; i++) {
            get(submit("a/f", "stuck", false));
        }
        assertThat(invoker.quarantine(fn.name())).isNotNull();
        install(fn);
        assertThat(get(submit("a/f", "", false))).isEqualTo(FakeRuntime.answer("ok"));
    }

    /// Makes the call the reason for a collection of the whole heap.
    private static void costACollection() {
        var taken = new byte[(int) (Runtime.getRuntime().maxMemory() / 10)];
        try {
            System.gc();
        } finally {
            Reference.reachabilityFence(taken);
        }
    }

    @Test
    void a_function_that_takes_the_memory_of_all_in_one_call_after_the_other_is_held_back_for_a_while()
            throws Exception {
        var fn = Examples.fn("a/f");
        install(fn);
        runtime.body("a/f", call -> {
            var text = call.event().data().text();
            if (text.startsWith("costly")) {
                costACollection();
            }
            return text.endsWith("good") ? FakeRuntime.answer("ok") : new Result.FunctionError(text);
        });
        for (int i = 0; i < 3; i++) { // not in a row, or not failing, or costing nothing
            assertThat(get(submit("a/f", "costly", false))).isInstanceOf(Result.FunctionError.class);
            assertThat(get(submit("a/f", "costly good", false))).isEqualTo(FakeRuntime.answer("ok"));
            assertThat(get(submit("a/f", "bad", false))).isInstanceOf(Result.FunctionError.class);
            assertThat(get(submit("a/f", "bad", false))).isInstanceOf(Result.FunctionError.class);
        }
        assertThat(invoker.pardon(fn.name())).as("held back").isFalse();

        get(submit("a/f", "good", false));
        get(submit("a/f", "costly", false));
        get(submit("a/f", "costly", false));
        assertThat(get(submit("a/f", "good", false))).isInstanceOfSatisfying(Result.Unavailable.class, refused -> {
            assertThat(refused.reason())
                    .isEqualTo("a/f took the memory of all 2 times in a row and is not run for 2 s");
            assertThat(refused.retryAfter()).isBetween(Duration.ZERO, Conduct.PAUSE);
        });
        Await.until("it is over", () -> submit("a/f", "costly", false).join() instanceof Result.FunctionError);
        assertThat(get(submit("a/f", "good", true))).isInstanceOfSatisfying(Result.Unavailable.class, refused -> {
            assertThat(refused.reason()).endsWith("3 times in a row and is not run for 8 s");
        });

        assertThat(invoker.pardon(fn.name())).isTrue();
        assertThat(get(submit("a/f", "good", false))).isEqualTo(FakeRuntime.answer("ok"));
    }

    @Test
    void a_new_version_takes_over_between_two_calls_and_the_old_one_is_freed() throws Exception {
        install(Examples.fn("a/f"));
        var running = new CountDownLatch(1);
        runtime.body("a/f", _ -> {
            running.countDown();
            gate.await();
            return FakeRuntime.answer("");
        });
        var old = submit("a/f", "", false);
        running.await();
        install(Examples.fn("a/f"));
        assertThat(runtime.programs).hasValue(2);
        gate.countDown();
        assertThat(get(old)).isEqualTo(FakeRuntime.answer(""));
        get(submit("a/f", "", false));
        Await.until("the old program is closed", () -> runtime.programs.get() == 1);
        Await.until("its instance as well", () -> runtime.instances.get() == 1);
    }

    @Test
    void an_instance_leaves_after_its_idle_timeout_and_a_later_call_starts_another() throws Exception {
        install(fn("a/f", 1, Duration.ofSeconds(5), Duration.ofMillis(50)));
        get(submit("a/f", "", false));
        Await.until("it left", () -> runtime.instances.get() == 0);
        get(submit("a/f", "", false));
        assertThat(runtime.programs).hasValue(1);
    }

    @Test
    void an_error_of_the_function_is_a_failed_call_and_the_thread_lives() throws Exception {
        install(Examples.fn("a/f"));
        runtime.body("a/f", call -> {
            if (call.event().data().text().equals("bad")) {
                throw new StackOverflowError();
            }
            return FakeRuntime.answer("ok");
        });
        assertThat(get(submit("a/f", "bad", false))).isInstanceOf(Result.FunctionError.class);
        assertThat(get(submit("a/f", "", false))).isEqualTo(FakeRuntime.answer("ok"));
    }

    @Test
    void a_function_that_is_gone_or_was_never_there_is_unavailable() throws Exception {
        assertThat(get(submit("a/f", "", false))).isInstanceOf(Result.Unavailable.class);
        install(Examples.fn("a/f"));
        var running = new CountDownLatch(1);
        runtime.body("a/f", _ -> {
            running.countDown();
            gate.await();
            return FakeRuntime.answer("");
        });
        submit("a/f", "", false);
        running.await();
        var waiting = submit("a/f", "", false);
        invoker.remove(FnName.parse("a/f"));
        assertThat(get(waiting)).isInstanceOf(Result.Unavailable.class);
    }

    @Test
    void callers_who_wait_are_bounded() throws Exception {
        install(Examples.fn("a/f"));
        runtime.body("a/f", _ -> {
            gate.await();
            return FakeRuntime.answer("");
        });
        BlockingQueue<Result> refused = new LinkedBlockingQueue<>();
        for (int i = 0; i < 70; i++) {
            submit("a/f", "", true).thenAccept(refused::add);
        }
        var first = refused.poll(60, TimeUnit.SECONDS);
        assertThat(first).isInstanceOf(Result.Unavailable.class);
        assertThat(refused).hasSize(4); // one runs, 64 wait
    }

    @Test
    void the_log_keeps_the_newest_lines_and_cuts_long_ones() {
        for (int i = 0; i < 3000; i++) {
            logs.add("a/f", "line " + i);
        }
        assertThat(logs.last(10_000)).hasSize(2000);
        assertThat(logs.last(1).getFirst()).endsWith("a/f line 2999");
        logs.add("a/f", "x".repeat(10_000));
        assertThat(logs.last(1).getFirst()).hasSizeLessThan(2100);
    }
}
