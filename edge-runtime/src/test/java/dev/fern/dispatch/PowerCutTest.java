package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Intake.Receipt;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.RecordingIntake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A crash at each arrow of the straight line: the files as they are at that moment are all that a second daemon finds.
class PowerCutTest {
    @TempDir
    Path before;

    @TempDir
    Path after;

    private final CountDownLatch gate = new CountDownLatch(1);

    private static final String[] KEPT = {"on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out"};

    private static void awaitDone(Receipt receipt) throws InterruptedException {
        Await.until("the source is told", () -> RecordingIntake.isDone(receipt.done()));
    }

    /// What a power cut leaves.
    private void cut() throws IOException {
        try (var files = Files.list(before)) {
            for (var file : files.filter(file -> file.getFileName().toString().startsWith("calls.db"))
                    .toList()) {
                Files.copy(file, after.resolve(file.getFileName()));
            }
        }
    }

    /// Runs what was found, until nothing is owed.
    private void runToTheEnd(Workbench bench) throws InterruptedException {
        Await.until("nothing is owed", () -> {
            bench.time.advance(Duration.ofSeconds(2));
            return bench.journal.calls() == 0;
        });
    }

    @Test
    void accepted_and_told_but_not_run_it_runs_after_the_cut() throws Exception {
        try (var first = new Workbench(before)) {
            var fn = first.deploy("a/f", KEPT);
            first.runtime.body("a/f", _ -> {
                gate.await();
                return FakeRuntime.answer("");
            });
            awaitDone(first.accept(fn, "t", "one"));
            awaitDone(first.accept(fn, "t", "two"));
            cut();
            gate.countDown();
        }
        try (var second = new Workbench(after)) {
            second.deploy("a/f", KEPT);
            runToTheEnd(second);
            assertThat(second.sink.texts()).containsExactly("one", "two");
        }
    }

    @Test
    void run_and_answered_but_not_sent_the_answer_is_sent_and_the_function_does_not_run_again() throws Exception {
        try (var first = new Workbench(before)) {
            var fn = first.deploy("a/f", KEPT);
            first.sink.doneAtOnce(false);
            first.runtime.body("a/f", _ -> FakeRuntime.answer("answer"));
            awaitDone(first.accept(fn, "t", "x"));
            Await.until("it is under way", () -> first.sink.sent().size() == 1);
            Await.until("the answer is on disk", () -> first.state().equals("sending"));
            cut();
            first.sink.sent().getFirst().done().complete(null);
        }
        try (var second = new Workbench(after)) {
            var runs = new AtomicInteger();
            second.runtime.body("a/f", _ -> FakeRuntime.answer("run " + runs.incrementAndGet()));
            second.deploy("a/f", KEPT);
            runToTheEnd(second);
            assertThat(second.sink.texts()).containsExactly("answer");
            assertThat(runs).hasValue(0);
        }
    }

    @Test
    void sent_and_settled_nothing_happens_after_the_cut() throws Exception {
        try (var first = new Workbench(before)) {
            var fn = first.deploy("a/f", KEPT);
            awaitDone(first.accept(fn, "t", "x"));
            Await.until("it is settled", () -> first.journal.calls() == 0);
        }
        cut();
        try (var second = new Workbench(after)) {
            second.deploy("a/f", KEPT);
            second.time.advance(Duration.ofSeconds(10));
            assertThat(second.journal.calls()).isZero();
            assertThat(second.sink.sent()).isEmpty();
        }
    }

    @Test
    void a_pulse_that_may_have_been_given_is_not_given_again() throws Exception {
        String[] pulse = {"on/t", "mqtt:in?durable=disk", "to/lamp", "gpio:27?pulse=1s", "to/out", "mqtt:out"};
        try (var first = new Workbench(before)) {
            var fn = first.deploy("a/f", pulse);
            first.sink.doneAtOnce(false);
            awaitDone(first.accept(fn, "t", "on"));
            Await.until("both are under way", () -> first.sink.sent().size() == 2);
            cut();
            first.sink.sent().forEach(sent -> sent.done().complete(null));
        }
        try (var second = new Workbench(after)) {
            second.deploy("a/f", pulse);
            runToTheEnd(second);
            assertThat(second.sink.sent())
                    .extracting(sent -> sent.target().name())
                    .containsExactly("out");
        }
    }

    @Test
    void a_message_that_an_earlier_daemon_may_have_worked_on_pulses_nothing_but_does_all_else() throws Exception {
        try (var bench = new Workbench(before)) {
            var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/lamp", "gpio:27?pulse=1s", "to/out", "mqtt:out");
            var plain = Examples.event("on");
            var again = new Event(
                    plain.id(),
                    plain.source(),
                    plain.type(),
                    plain.subject(),
                    plain.time(),
                    null,
                    plain.extensions(),
                    Headers.of(Event.REDELIVERED, "true"),
                    plain.data());
            awaitDone(bench.dispatcher.accept(fn.triggers().get(1), again));
            assertThat(bench.sink.sent())
                    .extracting(sent -> sent.target().name())
                    .containsExactly("out");
        }
    }

    @Test
    void what_was_handed_on_and_not_forgotten_is_not_handed_on_again() throws Exception {
        String[] next = {"on/t", "mqtt:in?durable=disk", "to/next", "fn:a/g"};
        String[] follower = {"on/after", "fn:a/f", "to/out", "mqtt:out"};
        var cut = new CountDownLatch(1);
        try (var first = new Workbench(before)) {
            var chain = first.sinks.get("fn");
            assertThat(chain).isNotNull();
            first.sinks.put("fn", (event, target) -> {
                var done = chain.send(event, target);
                first.journal.read(
                        -1,
                        _ -> { // with the batch that has the new calls: its callbacks come first
                            if (first.journal.calls() >= 1 && cut.getCount() > 0) {
                                cutQuietly();
                                cut.countDown();
                            }
                        });
                return done;
            });
            first.deploy("a/g", follower);
            var fn = first.deploy("a/f", next);
            first.runtime.body("a/g", _ -> {
                gate.await();
                return FakeRuntime.answer("");
            });
            awaitDone(first.accept(fn, "t", "x"));
            cut.await();
            gate.countDown();
        }
        try (var second = new Workbench(after)) {
            assertThat(second.journal.list(false, 9))
                    .as("the call, and both that came of it, or one of them")
                    .hasSizeGreaterThanOrEqualTo(2);
            second.deploy("a/g", follower);
            second.deploy("a/f", next);
            runToTheEnd(second);
            assertThat(second.sink.texts()).containsExactly("x", "x");
        }
    }

    private void cutQuietly() {
        try {
            cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void what_an_earlier_daemon_may_have_worked_on_pulses_nothing_at_the_end_of_a_chain_either() throws Exception {
        try (var bench = new Workbench(before)) {
            bench.deploy("a/g", "to/lamp", "gpio:27?pulse=1s", "to/out", "mqtt:out");
            var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/next", "fn:a/g");
            bench.dispatcher.accept(fn.triggers().get(1), Examples.event("on").with(Event.REDELIVERED, "true"));
            Await.until("the end", () -> !bench.sink.sent().isEmpty() && bench.journal.calls() == 0);
            assertThat(bench.sink.sent())
                    .extracting(sent -> sent.target().name())
                    .containsExactly("out");
        }
    }
}
