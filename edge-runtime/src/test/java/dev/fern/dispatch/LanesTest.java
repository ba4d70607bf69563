package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Intake.Receipt;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.RecordingIntake;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Order, and what waits for its turn: in memory, on disk, or for a function to come back.
class LanesTest {
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
    void a_backlog_on_disk_larger_than_the_window_runs_in_order_and_stays_out_of_memory() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out");
        bench.runtime.body("a/f", call -> {
            gate.await();
            return FakeRuntime.answer(call.event().data().text());
        });
        int calls = 5 * Lane.WINDOW;
        for (int i = 0; i < calls; i++) {
            bench.accept(fn, "t", "m" + i);
        }
        Await.until("all are safe", () -> bench.journal.calls() == calls && bench.inMemory() <= 2 * Lane.WINDOW);
        gate.countDown();
        Await.until("all are sent", () -> bench.sink.sent().size() == calls);
        for (int i = 0; i < calls; i++) {
            assertThat(bench.sink.texts().get(i)).isEqualTo("m" + i);
        }
        Await.until("all are forgotten", () -> bench.journal.calls() == 0);
    }

    @Test
    void subjects_have_lanes_of_their_own_where_the_trigger_says_so() throws Exception {
        var fn = bench.deploy("a/f", 2, "on/t", "mqtt:in/+?order=subject");
        bench.runtime.body("a/f", call -> {
            if (call.event().data().text().equals("slow")) {
                gate.await();
            }
            return FakeRuntime.answer("");
        });
        var trigger = fn.triggers().get(1);
        var slow = bench.dispatcher.accept(trigger, subject("slow", "in/1"));
        var behind = bench.dispatcher.accept(trigger, subject("fast", "in/1"));
        var beside = bench.dispatcher.accept(trigger, subject("fast", "in/2"));
        awaitDone(beside);
        assertThat(isDone(slow)).isFalse();
        gate.countDown();
        awaitDone(behind);
    }

    private static Event subject(String text, String subject) {
        var event = Examples.event(text);
        return new Event(
                event.id(),
                event.source(),
                event.type(),
                subject,
                event.time(),
                null,
                event.extensions(),
                event.headers(),
                event.data());
    }

    @Test
    void a_removed_functions_events_end_and_its_calls_on_disk_wait_for_it_to_come_back() throws Exception {
        Fn fn = bench.deploy("a/f", "on/t", "mqtt:in", "on/d", "mqtt:in2?durable=disk", "to/out", "mqtt:out");
        bench.runtime.body("a/f", call -> {
            gate.await();
            return FakeRuntime.answer(call.event().data().text());
        });
        bench.accept(fn, "t", "running");
        var waiting = bench.accept(fn, "t", "waiting");
        awaitDone(bench.accept(fn, "d", "kept"));
        bench.dispatcher.remove(FnName.parse("a/f"));
        bench.invoker.remove(FnName.parse("a/f"));
        awaitDone(waiting);
        gate.countDown();
        bench.deploy("a/f", "on/t", "mqtt:in", "on/d", "mqtt:in2?durable=disk", "to/out", "mqtt:out");
        Await.until("the kept one ran", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.sink.texts().contains("kept");
        });
    }

    @Test
    void a_call_that_ran_when_its_function_was_removed_runs_again_when_it_comes_back() throws Exception {
        String[] annotations = {"on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out"};
        Fn fn = bench.deploy("a/f", annotations);
        var runs = new CountDownLatch(1);
        bench.runtime.body("a/f", call -> {
            runs.countDown();
            gate.await();
            return FakeRuntime.answer(call.event().data().text());
        });
        bench.accept(fn, "t", "running");
        runs.await();
        bench.dispatcher.remove(FnName.parse("a/f"));
        gate.countDown();
        Await.until(
                "it waits",
                () -> bench.dispatcherCalls().stream()
                        .anyMatch(call -> call.state().equals("waiting")));
        assertThat(bench.dead()).isEmpty();

        bench.deploy("a/f", annotations);

        Await.until("it ran again", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.sink.texts().contains("running");
        });
    }
}
