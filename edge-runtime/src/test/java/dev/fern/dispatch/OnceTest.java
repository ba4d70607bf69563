package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fern.CallInfo;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.RecordingIntake;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is a CloudEvent already runs once for a trigger, however often it comes; nothing else is taken for a duplicate.
class OnceTest {
    @TempDir
    Path folder;

    private Workbench bench;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final List<String> ran = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        bench = new Workbench(folder);
    }

    @AfterEach
    void stop() {
        gate.countDown();
        bench.close();
    }

    private Fn deploy(String... bindings) throws Exception {
        bench.runtime.body("a/f", call -> {
            ran.add(call.event().data().text());
            if (call.event().data().text().equals("slow")) {
                gate.await();
            }
            return FakeRuntime.answer("");
        });
        return bench.deploy("a/f", bindings);
    }

    private Receipt accept(Fn fn, String trigger, String id, String text) throws IntakeFullException {
        var found = fn.triggers().stream()
                .filter(one -> one.name().equals(trigger))
                .findFirst()
                .orElseThrow();
        return bench.dispatcher.accept(found, Examples.cloudEvent("/sensors/1", id, text));
    }

    private static boolean isDone(Receipt receipt) {
        return RecordingIntake.isDone(receipt.done());
    }

    private static void awaitDone(Receipt receipt) throws InterruptedException {
        Await.until("the source is told", () -> isDone(receipt));
    }

    private long counted(String name) {
        var sum = new HashMap<String, Long>();
        bench.metrics.forEachCounter((series, value) -> sum.merge(series.name(), value, Long::sum));
        return sum.getOrDefault(name, 0L);
    }

    private long remembered() {
        var found = new HashMap<String, Double>();
        bench.metrics.forEachGauge((series, value) -> found.put(series.name(), value));
        return found.getOrDefault("fern_events_remembered", -1.0).longValue();
    }

    @Test
    void an_event_that_comes_again_is_told_as_done_not_run_and_counted() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        awaitDone(accept(fn, "t", "1", "first"));
        assertThat(isDone(accept(fn, "t", "1", "again"))).isTrue();
        awaitDone(accept(fn, "t", "2", "other"));
        assertThat(ran).containsExactly("first", "other");
        assertThat(counted("fern_events_repeated_total")).isEqualTo(1);
    }

    @Test
    void the_same_id_of_another_source_or_for_another_trigger_or_function_is_another_event() throws Exception {
        var fn = deploy("on/t", "mqtt:in", "on/u", "mqtt:in");
        var other = bench.deploy("a/g", "on/t", "mqtt:in");
        awaitDone(accept(fn, "t", "1", "t"));
        awaitDone(accept(fn, "u", "1", "u"));
        awaitDone(bench.dispatcher.accept(fn.triggers().get(1), Examples.cloudEvent("/sensors/2", "1", "2")));
        awaitDone(accept(other, "t", "1", "g"));
        assertThat(ran).containsExactly("t", "u", "2");
        assertThat(bench.dispatcher.counts(other.name()).ok()).isEqualTo(1);
        assertThat(counted("fern_events_repeated_total")).isZero();
    }

    @Test
    void equal_payloads_and_even_equal_ids_of_plain_messages_are_no_duplicates() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        var plain = Examples.event("same");
        awaitDone(bench.dispatcher.accept(fn.triggers().get(1), plain));
        awaitDone(bench.dispatcher.accept(fn.triggers().get(1), plain));
        awaitDone(bench.accept(fn, "t", "same"));
        assertThat(ran).containsExactly("same", "same", "same");
        assertThat(remembered()).isZero();
    }

    @Test
    void a_second_delivery_is_not_done_before_the_first_call_is() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        var first = accept(fn, "t", "1", "slow");
        Await.until("it runs", () -> ran.size() == 1);
        var second = accept(fn, "t", "1", "slow");
        assertThat(isDone(second)).isFalse();
        gate.countDown();
        awaitDone(first);
        awaitDone(second);
        assertThat(ran).containsExactly("slow");
    }

    @Test
    void who_delivers_it_again_and_cannot_wait_has_the_first_call_put_on_disk() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        var first = accept(fn, "t", "1", "slow");
        var second = accept(fn, "t", "1", "slow");
        second.keep();
        awaitDone(first);
        awaitDone(second);
        assertThat(bench.journal.calls()).isEqualTo(1);
    }

    @Test
    void what_was_withdrawn_before_it_ran_runs_when_the_broker_delivers_it_again() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        accept(fn, "t", "1", "slow");
        Await.until("it runs", () -> ran.size() == 1);
        accept(fn, "t", "2", "waiting").withdraw();
        var again = accept(fn, "t", "2", "waiting");
        gate.countDown();
        awaitDone(again);
        assertThat(ran).containsExactly("slow", "waiting");
        assertThat(counted("fern_events_repeated_total")).isZero();
    }

    @Test
    void what_runs_already_when_it_is_withdrawn_does_not_run_again() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        var first = accept(fn, "t", "1", "slow");
        Await.until("it runs", () -> ran.size() == 1);
        first.withdraw();
        var again = accept(fn, "t", "1", "slow");
        assertThat(isDone(again)).isFalse();
        gate.countDown();
        awaitDone(again);
        assertThat(ran).containsExactly("slow");
    }

    @Test
    void a_call_stays_as_long_as_one_source_counts_on_it() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        accept(fn, "t", "1", "slow");
        Await.until("it runs", () -> ran.size() == 1);
        var first = accept(fn, "t", "2", "waiting");
        var second = accept(fn, "t", "2", "waiting");
        first.withdraw();
        first.withdraw(); // says nothing for the other
        gate.countDown();
        awaitDone(second);
        assertThat(ran).containsExactly("slow", "waiting");
    }

    @Test
    void a_dead_one_is_not_run_again_by_its_next_delivery_but_by_a_person() throws Exception {
        var fn = deploy("on/t", "mqtt:in?retries=0");
        bench.runtime.body("a/f", call -> {
            ran.add(call.event().data().text());
            return ran.size() == 1 ? new Result.FunctionError("no") : FakeRuntime.answer("");
        });
        awaitDone(accept(fn, "t", "1", "bad"));
        assertThat(isDone(accept(fn, "t", "1", "bad"))).isTrue();
        assertThat(ran).hasSize(1);
        assertThat(bench.dead()).hasSize(1);

        assertThat(bench.dispatcher.retry(bench.dead().getFirst().id())).isTrue();
        Await.until("it runs again", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return ran.size() == 2 && bench.dead().isEmpty();
        });
    }

    @Test
    void after_ten_minutes_it_is_an_event_like_any_other_unless_it_is_still_under_way() throws Exception {
        var fn = deploy("on/t", "mqtt:in", "on/u", "mqtt:in");
        awaitDone(accept(fn, "t", "1", "quick"));
        bench.time.advance(Duration.ofSeconds(599));
        awaitDone(accept(fn, "t", "1", "quick"));
        assertThat(ran).containsExactly("quick");
        bench.time.advance(Duration.ofSeconds(1));
        awaitDone(accept(fn, "t", "1", "late"));
        assertThat(ran).containsExactly("quick", "late");

        bench.timeout = Duration.ofDays(1);
        var patient = deploy("on/t", "mqtt:in", "on/u", "mqtt:in");
        var slow = accept(patient, "u", "2", "slow");
        Await.until("it runs", () -> ran.contains("slow"));
        bench.time.advance(Duration.ofMinutes(11));
        var again = accept(patient, "u", "2", "again");
        assertThat(isDone(again)).isFalse();
        gate.countDown();
        awaitDone(slow);
        awaitDone(again);
        assertThat(ran).containsExactly("quick", "late", "slow");
    }

    @Test
    void ten_thousand_are_remembered_and_the_oldest_go_first() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        Receipt last = null;
        for (int i = 0; i <= 10_000; i++) {
            last = accept(fn, "t", "" + i, "x");
        }
        if (last != null) {
            awaitDone(last);
        }
        assertThat(remembered()).isEqualTo(10_000);
        awaitDone(accept(fn, "t", "1", "second"));
        awaitDone(accept(fn, "t", "0", "first"));
        assertThat(ran).doesNotContain("second").contains("first");
    }

    @Test
    void what_there_was_no_room_for_is_not_remembered() throws Exception {
        var fn = deploy("on/t", "mqtt:in?durable=no");
        accept(fn, "t", "slow", "slow");
        Await.until("it runs", () -> ran.size() == 1);
        for (int i = 0; i < 1000; i++) {
            accept(fn, "t", "" + i, "x");
        }
        assertThatThrownBy(() -> accept(fn, "t", "last", "last")).isInstanceOf(IntakeFullException.class);
        gate.countDown();
        Await.until("all ran", () -> ran.size() == 1001);
        accept(fn, "t", "last", "last");
        Await.until("it runs", () -> ran.contains("last"));
    }

    @Test
    void what_ended_with_its_function_runs_when_it_comes_to_the_next_one() throws Exception {
        var fn = deploy("on/t", "mqtt:in");
        accept(fn, "t", "1", "slow");
        Await.until("it runs", () -> ran.size() == 1);
        var waiting = accept(fn, "t", "2", "waiting");
        bench.dispatcher.remove(FnName.parse("a/f"));
        bench.invoker.remove(FnName.parse("a/f"));
        awaitDone(waiting);
        gate.countDown();
        awaitDone(accept(deploy("on/t", "mqtt:in"), "t", "2", "waiting"));
        assertThat(ran).contains("waiting");
    }

    @Test
    void an_event_whose_call_is_still_on_disk_is_known_after_a_restart_and_one_that_was_in_memory_runs_again()
            throws Exception {
        bench.timeout = Duration.ofDays(1);
        var fn = deploy("on/d", "mqtt:in?durable=disk", "on/m", "mqtt:in");
        accept(fn, "d", "1", "slow");
        awaitDone(accept(fn, "d", "2", "kept"));
        accept(fn, "m", "3", "in memory");
        bench.dispatcher.drain(Duration.ZERO);
        bench.close();
        gate.countDown();
        ran.clear();

        bench = new Workbench(folder);
        assertThat(bench.dispatcherCalls()).extracting(CallInfo::state).contains("queued");
        var again = deploy("on/d", "mqtt:in?durable=disk", "on/m", "mqtt:in");
        awaitDone(accept(again, "d", "2", "kept"));
        awaitDone(accept(again, "m", "3", "in memory"));
        Await.until("all is done", () -> {
            bench.time.advance(Duration.ofSeconds(2));
            return bench.journal.calls() == 0;
        });
        assertThat(ran).contains("kept", "in memory").doesNotHaveDuplicates();
        assertThat(counted("fern_events_repeated_total")).isEqualTo(1);
    }
}
