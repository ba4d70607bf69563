package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.Answer;
import dev.fern.CallInfo;
import dev.fern.Headers;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.SinkException;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.RecordingIntake;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The straight line, with the real journal and the real invoker, a clock stepped by hand, and functions as lambdas.
class DispatcherTest {
    @TempDir
    Path folder;

    private Workbench bench;
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        bench = new Workbench(folder);
    }

    @AfterEach
    void stop() {
        gate.countDown();
        bench.close();
    }

    private static boolean isDone(Receipt receipt) {
        return RecordingIntake.isDone(receipt.done());
    }

    private static void awaitDone(Receipt receipt) throws InterruptedException {
        Await.until("the source is told", () -> isDone(receipt));
    }

    @Test
    void with_the_broker_as_keeper_the_source_is_told_when_function_and_target_are_done_and_nothing_is_written()
            throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
        bench.sink.doneAtOnce(false);
        var receipt = bench.accept(fn, "t", "hello");
        Await.until("it is sent", () -> bench.sink.sent().size() == 1);
        assertThat(isDone(receipt)).isFalse();

        bench.sink.sent().getFirst().done().complete(null);

        awaitDone(receipt);
        assertThat(bench.written()).isZero();
        assertThat(bench.dispatcher.counts(fn.name()).ok()).isEqualTo(1);
    }

    @Test
    void with_the_disk_as_keeper_the_source_is_told_once_the_call_is_safe_and_not_before_it_runs() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=disk");
        var onDisk = new AtomicInteger(-1);
        bench.runtime.body("a/f", _ -> {
            onDisk.set((int) bench.journal.calls());
            gate.await();
            return FakeRuntime.answer("");
        });
        awaitDone(bench.accept(fn, "t", "x"));
        Await.until("it runs", () -> onDisk.get() >= 0);
        assertThat(onDisk).hasValue(1);
        gate.countDown();
        Await.until("it is forgotten", () -> bench.journal.calls() == 0);
    }

    @Test
    void a_lane_is_in_order_and_its_next_call_starts_while_the_targets_of_the_last_are_under_way() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
        bench.sink.doneAtOnce(false);
        var receipts = new ArrayList<Receipt>();
        for (int i = 0; i < 50; i++) {
            receipts.add(bench.accept(fn, "t", "m" + i));
        }
        Await.until("all are sent", () -> bench.sink.sent().size() == 50);
        for (int i = 0; i < 50; i++) {
            assertThat(bench.sink.texts().get(i)).isEqualTo("m" + i);
            assertThat(isDone(receipts.get(i))).isFalse();
        }
        bench.sink.sent().forEach(sent -> sent.done().complete(null));
        for (var receipt : receipts) {
            awaitDone(receipt);
        }
    }

    @Test
    void a_failing_call_keeps_its_place_for_a_while_then_steps_aside_and_later_ones_pass() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
        var broken = new AtomicBoolean(true);
        bench.runtime.body("a/f", call -> {
            var text = call.event().data().text();
            return text.equals("bad") && broken.get()
                    ? new Result.FunctionError("no")
                    : FakeRuntime.answer(text + " " + call.attempt());
        });
        var bad = bench.accept(fn, "t", "bad");
        var good = bench.accept(fn, "t", "good");
        Await.until("it failed", () -> bench.failed("a/f") == 1 && bench.time.timers() > 0);
        assertThat(bench.sink.sent()).as("the next one waits behind it").isEmpty();
        assertThat(isDone(good)).isFalse();

        bench.time.advance(Duration.ofSeconds(2)); // the second attempt
        Await.until("it failed again", () -> bench.failed("a/f") == 2 && bench.time.timers() > 0);
        assertThat(bench.sink.sent()).isEmpty();
        bench.time.advance(Duration.ofMillis(3200)); // the third, or the end of its patience
        Await.until("the good one passed", () -> {
            bench.time.advance(Duration.ofSeconds(2));
            return bench.sink.texts().contains("good 1");
        });
        awaitDone(good);
        awaitDone(bad); // it is on disk
        assertThat(bench.journal.calls()).isEqualTo(1);

        broken.set(false);
        Await.until("it was tried again", () -> {
            bench.time.advance(Duration.ofSeconds(10));
            return bench.sink.texts().size() == 2;
        });
        assertThat(bench.sink.texts().get(1)).startsWith("bad ");
        Await.until("it is forgotten", () -> bench.journal.calls() == 0);
    }

    @Test
    void a_call_that_goes_on_failing_is_dead_with_its_reason_and_can_be_run_again() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in?retries=2&hold=0", "to/out", "mqtt:out");
        bench.runtime.body("a/f", _ -> new Result.FunctionError("java.lang.IllegalStateException: broken"));
        var receipt = bench.accept(fn, "t", "precious");
        Await.until("it is dead", () -> {
            bench.time.advance(Duration.ofSeconds(5));
            return bench.dead().size() == 1;
        });
        awaitDone(receipt);
        var dead = bench.dead().getFirst();
        assertThat(dead.reason()).contains("broken");
        assertThat(dead.attempt()).isEqualTo(3);
        assertThat(dead.event().data().text()).isEqualTo("precious");
        assertThat(bench.died).extracting(CallInfo::id).containsExactly(dead.id());

        bench.runtime.body("a/f", call -> FakeRuntime.answer(call.event().data().text()));
        assertThat(bench.dispatcher.retry(dead.id())).isTrue();
        Await.until("it ran", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.sink.texts().contains("precious");
        });
        Await.until("it is dead no more", () -> bench.dead().isEmpty() && bench.journal.calls() == 0);
        assertThat(bench.dispatcher.retry(dead.id())).isFalse();
    }

    @Test
    void a_status_from_400_to_499_is_final_at_once() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in");
        bench.runtime.body(
                "a/f", _ -> new Result.Success(new Answer(Headers.of("Fn-Http-Status", "422"), Payload.of("bad"))));
        awaitDone(bench.accept(fn, "t", "x"));
        assertThat(bench.dead()).hasSize(1);
        assertThat(bench.dead().getFirst().reason()).contains("422");
    }

    @Test
    void an_answer_goes_where_it_says_and_an_empty_one_nowhere() throws Exception {
        var fn = bench.deploy(
                "a/f",
                "on/t",
                "mqtt:in",
                "on/u",
                "mqtt:in2",
                "to/one",
                "mqtt:one?value=high",
                "to/two",
                "mqtt:two?from=u");
        bench.runtime.body("a/f", call -> switch (call.event().data().text()) {
            case "all" -> FakeRuntime.answer("body");
            case "named" -> new Result.Success(new Answer(Headers.of("Fern-To", "two"), Payload.EMPTY));
            case "outputs" ->
                new Result.Success(new Answer(
                        Headers.of("Content-Type", "application/vnd.fern.outputs+json"),
                        Payload.of("{\"two\":[1,true,\"t\",{\"a\":2},{\"base64\":\"aGk=\"},null]}")));
            default -> FakeRuntime.answer("");
        });
        awaitDone(bench.accept(fn, "t", "nothing"));
        assertThat(bench.sink.sent()).isEmpty();
        awaitDone(bench.accept(fn, "t", "all"));
        assertThat(bench.sink.sent())
                .extracting(sent -> sent.target().name() + "=" + sent.text())
                .containsExactly("one=high");
        awaitDone(bench.accept(fn, "u", "named"));
        awaitDone(bench.accept(fn, "u", "outputs"));
        assertThat(bench.sink.sent())
                .extracting(sent -> sent.target().name() + "=" + sent.text())
                .containsExactly("one=high", "two=", "two=1", "two=true", "two=t", "two={\"a\":2}", "two=hi");
    }

    @Test
    void an_answer_that_names_a_target_that_does_not_exist_is_dead_and_says_so() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
        bench.runtime.body("a/f", _ -> new Result.Success(new Answer(Headers.of("Fern-To", "fan"), Payload.of("x"))));
        awaitDone(bench.accept(fn, "t", "x"));
        assertThat(bench.dead().getFirst().reason()).contains("target fan");
    }

    @Test
    void a_target_that_fails_is_tried_again_alone_and_what_it_missed_can_be_sent_again() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out?retries=1");
        var runs = new AtomicInteger();
        bench.runtime.body("a/f", _ -> FakeRuntime.answer("run " + runs.incrementAndGet()));
        bench.sink.failWith(SinkException.later("broker away"));
        var receipt = bench.accept(fn, "t", "x");
        Await.until("it is given up", () -> {
            bench.time.advance(Duration.ofSeconds(2));
            return bench.dead().size() == 1;
        });
        awaitDone(receipt);
        assertThat(bench.sink.sent()).hasSize(2);
        assertThat(bench.dead().getFirst().reason()).contains("broker away");

        bench.sink.succeed();
        bench.dispatcher.retry(bench.dead().getFirst().id());
        Await.until("it is sent", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.sink.sent().size() == 3 && bench.journal.calls() == 0;
        });
        assertThat(runs).as("the function did not run again").hasValue(1);
    }

    @Test
    void an_answer_that_is_too_old_for_its_target_is_not_sent() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out?max-age=10s");
        var running = new CountDownLatch(1);
        bench.runtime.body("a/f", _ -> {
            running.countDown();
            gate.await();
            return FakeRuntime.answer("late");
        });
        var receipt = bench.accept(fn, "t", "x");
        running.await();
        bench.time.advance(Duration.ofSeconds(11));
        gate.countDown();
        awaitDone(receipt);
        assertThat(bench.sink.sent()).isEmpty();
        assertThat(bench.dead().getFirst().reason()).contains("older than 10 s");
    }

    @Test
    void what_the_source_cannot_hold_any_longer_is_put_on_disk_and_then_it_is_told() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in");
        bench.runtime.body("a/f", _ -> {
            gate.await();
            return FakeRuntime.answer("");
        });
        var first = bench.accept(fn, "t", "1");
        var second = bench.accept(fn, "t", "2");
        first.keep();
        awaitDone(first);
        assertThat(isDone(second)).isFalse();
        assertThat(bench.journal.calls()).isEqualTo(1);
        gate.countDown();
        awaitDone(second);
        Await.until("nothing is left on disk", () -> bench.journal.calls() == 0);
    }

    @Test
    void what_the_source_will_deliver_again_is_forgotten_if_it_has_not_started() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in");
        var seen = Collections.synchronizedList(new ArrayList<String>());
        var running = new CountDownLatch(1);
        bench.runtime.body("a/f", call -> {
            seen.add(call.event().data().text());
            running.countDown();
            gate.await();
            return FakeRuntime.answer("");
        });
        var first = bench.accept(fn, "t", "1");
        running.await();
        bench.accept(fn, "t", "2").withdraw();
        first.withdraw();
        gate.countDown();
        awaitDone(first);
        awaitDone(bench.accept(fn, "t", "3"));
        assertThat(seen).containsExactly("1", "3");
    }

    @Test
    void a_call_has_the_id_of_its_event_unless_somebody_else_gave_it() throws Exception {
        var invoke = bench.deploy("a/f").triggers().getFirst();
        bench.runtime.body("a/f", call -> FakeRuntime.answer(call.id()));
        var own = Examples.event("x");
        assertThat(bench.dispatcher.invoke(invoke, own)).isEqualTo(FakeRuntime.answer(own.id()));
        var foreign = Examples.cloudEvent("/s", "1", "x");
        assertThat(bench.dispatcher.invoke(invoke, foreign)).isNotEqualTo(FakeRuntime.answer("1"));
    }

    @Test
    void without_room_or_function_an_event_is_refused_and_counted() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in?qos=0");
        bench.runtime.body("a/f", _ -> {
            gate.await();
            return FakeRuntime.answer("");
        });
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1100; i++) {
                        bench.accept(fn, "t", "x");
                    }
                })
                .isInstanceOf(IntakeFullException.class)
                .hasMessageContaining("1000");
        var gone = Examples.trigger("a/gone", "t", "mqtt:in");
        assertThatThrownBy(() -> bench.dispatcher.accept(gone, Examples.event("x")))
                .isInstanceOf(IntakeFullException.class);
    }
}
