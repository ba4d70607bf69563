package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.CallInfo;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.IntakeFullException;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Settings;
import dev.fern.SinkException;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions that start each other, over the real journal.
class ChainTest {
    @TempDir
    Path folder;

    @TempDir
    Path small;

    private Workbench bench;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final List<Call> second = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        bench = new Workbench(folder);
        listen();
    }

    private void listen() {
        bench.runtime.body("a/second", call -> {
            second.add(call);
            return FakeRuntime.answer("2 " + call.event().data().text());
        });
    }

    @AfterEach
    void stop() {
        gate.countDown();
        bench.close();
    }

    private void awaitNothingOwed() throws InterruptedException {
        Await.until("nothing is owed", () -> {
            bench.time.advance(Duration.ofSeconds(2));
            return bench.journal.calls() == 0 && bench.inMemory() == 0;
        });
    }

    private void awaitNothingOwedAfter(Duration time) throws InterruptedException {
        bench.time.advance(time);
        awaitNothingOwed();
    }

    private static Event matched(String text) {
        return Event.of(
                "/fern/test/mqtt/t",
                Event.MQTT_MESSAGE,
                "house/attic",
                Instant.parse("2026-11-23T12:00:00Z"),
                "text/plain",
                Headers.of("Fern-Match-1", "attic"),
                Payload.of(text));
    }

    @Test
    void a_target_fn_runs_that_function_with_the_answer_as_its_event() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:house/+", "to/next", "fn:a/second");
        bench.deploy("a/second", "to/out", "mqtt:out/{1}");
        var call = new CopyOnWriteArrayList<Call>();
        bench.runtime.body("a/first", one -> {
            call.add(one);
            return FakeRuntime.answer("1 " + one.event().data().text());
        });

        bench.dispatcher.accept(first.triggers().get(1), matched("x"));
        awaitNothingOwed();

        var got = second.getFirst();
        assertThat(got.event().data().text()).isEqualTo("1 x");
        assertThat(got.event().dataContentType()).isEqualTo("text/plain");
        var headers = got.headers(Instant.EPOCH);
        assertThat(headers.first("Ce-Type")).isEqualTo("dev.fern.fn.result");
        assertThat(headers.first("Ce-Source")).isEqualTo("/fern/test/fn/a/first");
        assertThat(headers.first("Ce-Subject")).isEqualTo("house/attic");
        assertThat(headers.first("Ce-Id")).isEqualTo(call.getFirst().id() + ".next");
        assertThat(headers.first("Fern-Match-1")).isEqualTo("attic");
        assertThat(headers.first("Fern-Trigger")).isEqualTo("invoke");
        assertThat(headers.first("Fern-Rounds")).isNull();
        assertThat(bench.sink.sent()).hasSize(1);
        assertThat(bench.sink.sent().getFirst().target().address()).isEqualTo("out/attic");
        assertThat(bench.sink.texts()).containsExactly("2 1 x");
    }

    @Test
    void a_call_is_forgotten_once_the_next_one_is_on_disk_though_that_has_not_run() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/next", "fn:a/second");
        bench.deploy("a/second");
        bench.runtime.body("a/second", _ -> {
            gate.await();
            return FakeRuntime.answer("");
        });

        var receipt = bench.accept(first, "t", "x");

        Await.until(
                "the broker is told", () -> receipt.done().toCompletableFuture().isDone());
        assertThat(bench.journal.list(false, 9))
                .extracting(entry -> entry.call().trigger().fn() + " by "
                        + entry.call().trigger().binding())
                .containsExactly("a/second by fn:a/first");
    }

    @Test
    void a_trigger_fn_hears_each_answer_of_an_event_whatever_it_names_but_no_empty_one_and_none_that_a_caller_has()
            throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/lamp", "mqtt:lamp", "to/none", "mqtt:none");
        var follower = bench.deploy("a/second", "on/after", "fn:a/first", "to/out", "mqtt:out");
        bench.runtime.body(
                "a/first",
                call -> new Result.Success(
                        new Answer(Headers.of("Fern-To", "lamp"), call.event().data())));

        bench.accept(first, "t", "one");
        bench.accept(first, "t", "");
        bench.accept(first, "t", "two");
        bench.dispatcher.invoke(first.triggers().getFirst(), Examples.event("a caller's"));
        awaitNothingOwed();

        assertThat(second).extracting(call -> call.event().data().text()).containsExactly("one", "two");
        assertThat(second.getFirst().trigger()).isEqualTo(follower.triggers().get(1));
        assertThat(second.getFirst().event().id()).endsWith(".a/second#after");
        assertThat(bench.sink.texts()).containsExactlyInAnyOrder("one", "", "two", "a caller's", "2 one", "2 two");
    }

    @Test
    void that_somebody_hears_it_does_not_make_an_answer_wrong() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in");
        bench.deploy("a/second", "on/after", "fn:a/first");
        bench.runtime.body(
                "a/first",
                _ -> new Result.Success(
                        new Answer(Headers.of("Content-Type", Outputs.OUTPUTS), Payload.of("{\"none\":1}"))));

        bench.accept(first, "t", "x");
        awaitNothingOwed();

        assertThat(bench.dead()).isEmpty();
        assertThat(second).extracting(call -> call.event().data().text()).containsExactly("{\"none\":1}");
    }

    @Test
    void a_trigger_fn_on_failure_gets_the_event_of_a_dead_call_with_the_reason() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in?retries=0");
        bench.deploy("a/second", "on/broken", "fn:a/first?on=failure");
        bench.runtime.body("a/first", _ -> new Result.FunctionError("it\nbroke"));

        bench.accept(first, "t", "x");
        awaitNothingOwed();

        var dead = bench.dead();
        assertThat(dead).extracting(CallInfo::reason).containsExactly("it\nbroke");
        var heard = second.getFirst().event();
        assertThat(heard.data().text()).isEqualTo("x");
        assertThat(heard.type()).isEqualTo("dev.fern.fn.failure");
        assertThat(heard.headers().first("Fern-Reason")).isEqualTo("it broke");
        assertThat(heard.headers().first("Fern-Failed-Call"))
                .isEqualTo(dead.getFirst().id());

        bench.runtime.body("a/first", _ -> FakeRuntime.answer("well"));
        assertThat(bench.dispatcher.retry(dead.getFirst().id())).isTrue();
        awaitNothingOwed();
        assertThat(bench.dead()).isEmpty();
        assertThat(second).hasSize(1);
    }

    @Test
    void a_call_that_is_dead_because_its_target_refused_is_heard_of_too_and_its_answer_can_be_sent_again()
            throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/out", "mqtt:out");
        bench.deploy("a/second", "on/broken", "fn:a/first?on=failure");
        bench.sink.failWith(SinkException.never("no such topic"));

        bench.accept(first, "t", "x");
        awaitNothingOwed();

        assertThat(second).hasSize(1);
        assertThat(second.getFirst().event().headers().first("Fern-Reason")).isEqualTo("mqtt:out: no such topic");
        bench.sink.succeed();
        bench.dispatcher.retry(bench.dead().getFirst().id());
        awaitNothingOwed();
        assertThat(bench.dead()).isEmpty();
        assertThat(bench.sink.texts()).containsExactly("x", "x");
    }

    @Test
    void answers_for_a_function_that_is_not_here_wait_on_disk_and_go_out_in_order_when_it_comes() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/next", "fn:a/second");
        bench.accept(first, "t", "1");
        bench.accept(first, "t", "2");
        Await.until(
                "they wait",
                () -> String.valueOf(bench.dispatcher.away(first.name())).startsWith("2 answers"));
        assertThat(bench.dispatcher.away(first.name()))
                .isEqualTo("2 answers wait for fn:a/second: a/second is not on this device");
        Await.until("on disk", () -> bench.journal.calls() == 2);

        bench.deploy("a/second");
        awaitNothingOwed();

        assertThat(second).extracting(call -> call.event().data().text()).containsExactly("1", "2");
    }

    @Test
    void what_waited_longer_than_its_expiry_becomes_a_dead_call() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/next", "fn:a/second?expiry=1h");
        bench.accept(first, "t", "1");
        Await.until("it waits", () -> bench.dispatcher.away(first.name()) != null);

        awaitNothingOwedAfter(Duration.ofHours(2));

        assertThat(bench.dead()).hasSize(1);
        assertThat(bench.dead().getFirst().reason()).contains("is older than 60 min");
    }

    private Settings settingsWithQueue(int most, long bytes) {
        var plain = Examples.settings(null, small);
        var limits = plain.limits();
        return new Settings(
                plain.device(),
                plain.cloud(),
                plain.functions(),
                plain.registry(),
                plain.mqtt(),
                plain.brokers(),
                plain.http(),
                plain.pins(),
                plain.vars(),
                plain.config(),
                plain.secrets(),
                new Settings.Limits(
                        limits.running(), limits.dead(), most, bytes, limits.eventBytes(), limits.imagesBytes()),
                plain.data());
    }

    private void startWithQueue(int most, long bytes) throws Exception {
        bench.close();
        bench = new Workbench(small, null, settingsWithQueue(most, bytes));
        listen();
    }

    private int fill(Fn fn) {
        for (int i = 0; ; i++) {
            try {
                bench.accept(fn, "t", "" + i);
            } catch (IntakeFullException e) {
                return i;
            }
        }
    }

    @Test
    void with_the_queue_full_of_answers_for_it_a_function_still_gets_its_turn_and_the_others_wait() throws Exception {
        startWithQueue(200, 64 << 20);
        var first = bench.deploy("a/first", "on/t", "mqtt:in?durable=disk", "to/next", "fn:a/second");
        bench.deploy("a/second");
        bench.runtime.body("a/second", call -> {
            gate.await();
            second.add(call);
            return FakeRuntime.answer("");
        });
        int taken = fill(first);
        Await.until("it is full", () -> {
            bench.time.advance(Duration.ofSeconds(2));
            return String.valueOf(bench.dispatcher.away(first.name())).contains("calls are waiting (limits.queue)");
        });

        gate.countDown();
        awaitNothingOwed();

        assertThat(second)
                .extracting(call -> call.event().data().text())
                .containsExactlyElementsOf(
                        IntStream.range(0, taken).mapToObj(i -> "" + i).toList());
    }

    @Test
    void a_circle_whose_functions_fill_each_others_queues_comes_to_an_end() throws Exception {
        startWithQueue(20, 40_000);
        var first = bench.deploy("a/first", "on/t", "mqtt:in?durable=disk", "to/next", "fn:a/second");
        bench.deploy("a/second", "to/back", "fn:a/first?loop=allow&retries=1");
        var big = "x".repeat(1000);
        bench.runtime.body(
                "a/second",
                _ -> new Result.Success(new Answer(
                        Headers.of("Content-Type", Outputs.OUTPUTS),
                        Payload.of("{\"back\":[\"" + big + "\",\"" + big + "\"]}"))));
        for (int i = 0; i < 10; i++) {
            bench.accept(first, "t", big);
        }
        awaitNothingOwed();
        assertThat(bench.died.stream()
                        .filter(call -> String.valueOf(call.reason()).contains("calls are waiting (limits.queue)")))
                .as("given up because there was no room")
                .isNotEmpty();
    }

    @Test
    void an_event_goes_sixteen_times_through_a_circle_and_then_its_call_is_dead() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/self", "fn:a/first?loop=allow");
        var runs = new CopyOnWriteArrayList<String>();
        bench.runtime.body("a/first", call -> {
            runs.add(String.valueOf(call.event().headers().first("Fern-Rounds")));
            return FakeRuntime.answer("x");
        });

        bench.accept(first, "t", "x");
        awaitNothingOwed();

        assertThat(runs).hasSize(17).startsWith("null", "1", "2").endsWith("16");
        assertThat(bench.dead()).hasSize(1);
        assertThat(bench.dead().getFirst().reason()).contains("gone round 16 times through loop=allow");
    }

    @Test
    void an_answer_larger_than_an_event_may_be_is_not_handed_on() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/next", "fn:a/second");
        bench.deploy("a/second");
        bench.runtime.body("a/first", _ -> FakeRuntime.answer("x".repeat((256 << 10) + 1)));
        bench.accept(first, "t", "x");
        awaitNothingOwed();
        assertThat(bench.dead().getFirst().reason()).contains("262145 bytes are more than limits.event-bytes");
        assertThat(second).isEmpty();
    }

    @Test
    void what_is_for_a_follower_that_is_gone_waits_and_is_given_up_after_a_week() throws Exception {
        var first = bench.deploy("a/first", "on/t", "mqtt:in", "to/out", "mqtt:out");
        var follower = bench.deploy("a/second", "on/after", "fn:a/first");
        bench.runtime.body("a/first", call -> {
            gate.await();
            return FakeRuntime.answer(call.event().data().text());
        });
        bench.sinks.put(
                "fn",
                (event, target) -> CompletableFuture.failedFuture(
                        SinkException.away(target.address() + " is not on this device")));
        bench.accept(first, "t", "x");
        gate.countDown();
        Await.until("it waits", () -> bench.dispatcher.away(first.name()) != null);

        bench.remove(follower);
        bench.time.advance(Duration.ofDays(6));
        assertThat(bench.dead()).isEmpty();
        awaitNothingOwedAfter(Duration.ofDays(2));

        assertThat(bench.dead()).hasSize(1);
        assertThat(bench.sink.texts()).containsExactly("x");
    }
}
