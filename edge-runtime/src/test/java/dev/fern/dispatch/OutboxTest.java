package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.CallInfo;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.SinkException;
import dev.fern.kit.Await;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.RecordingIntake;
import dev.fern.kit.RecordingSink.Sent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What functions answered, while their targets are away, refuse, and come back.
class OutboxTest {
    private final SinkException away = SinkException.away("nobody is there");

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

    private void restart() throws Exception {
        var old = bench.sink;
        bench.close();
        bench = new Workbench(folder);
        bench.sink.atOnce(old.atOnce());
    }

    /// Fails what goes to that target, and nothing else.
    private void away(String target) {
        bench.sink.failWith(sent -> sent.target().name().equals(target) ? away : null);
    }

    /// Accepts numbers as messages, and waits until each has run and its source was told.
    private void run(Fn fn, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            var receipt = bench.accept(fn, "t", String.valueOf(i));
            Await.until("the source is told of " + i, () -> RecordingIntake.isDone(receipt.done()));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toList();
    }

    /// What arrived at that target.
    private List<String> arrived(String target) {
        return bench.sink.sent().stream()
                .filter(sent -> sent.target().name().equals(target))
                .filter(sent -> sent.done().isDone() && !sent.done().isCompletedExceptionally())
                .map(Sent::text)
                .toList();
    }

    private void comesBack() throws InterruptedException {
        bench.sink.succeed();
        Await.until("nothing is owed", () -> {
            bench.time.advance(Duration.ofMinutes(1));
            return bench.journal.calls() == 0;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt:in", "mqtt:in?durable=disk", "mqtt:in?durable=no"})
    void while_a_target_is_away_all_that_is_for_it_waits_on_disk_and_the_function_and_its_other_targets_go_on(
            String trigger) throws Exception {
        var fn = bench.deploy("a/f", "on/t", trigger, "to/out", "mqtt:out", "to/fan", "gpio:27");
        away("out");
        run(fn, 0, 200);

        Await.until("the pin got all", () -> arrived("fan").equals(numbers(0, 200)));
        Await.until(
                "all wait on disk, and none in memory", () -> bench.journal.calls() == 200 && bench.inMemory() == 0);
        int before = bench.sink.sent().size();
        Await.until("it is tried more often than `retries` says", () -> {
            bench.time.advance(Duration.ofMinutes(1));
            return bench.sink.sent().size() > before + 10;
        });
        assertThat(bench.dead()).isEmpty();
        assertThat(bench.dispatcher.away(fn.name())).isEqualTo("200 answers wait for mqtt:out: nobody is there");

        comesBack();
        assertThat(bench.dispatcher.away(fn.name())).isNull();
        assertThat(arrived("out")).as("in order").containsExactlyElementsOf(numbers(0, 200));
        assertThat(arrived("fan")).hasSize(200);
        assertThat(bench.inMemory()).isZero();
        assertThat(bench.dispatcher.counts(fn.name()).ok()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void over_a_restart_the_order_stays_and_the_function_does_not_run_again(int atOnce) throws Exception {
        String[] bindings = {"on/t", "mqtt:in", "to/out", "mqtt:out"};
        bench.sink.atOnce(atOnce);
        away("out");
        run(bench.deploy("a/f", bindings), 0, 100);
        Await.until("all wait on disk", () -> bench.journal.calls() == 100);

        restart();
        away("out");
        var runs = new AtomicInteger();
        bench.runtime.body("a/f", call -> {
            runs.incrementAndGet();
            return FakeRuntime.answer(call.event().data().text());
        });
        run(bench.deploy("a/f", bindings), 100, 120);
        comesBack();

        assertThat(arrived("out")).containsExactlyElementsOf(numbers(0, 120));
        assertThat(runs).hasValue(20);
    }

    @Test
    void a_target_that_has_its_part_does_not_get_it_again_after_a_restart() throws Exception {
        String[] bindings = {"on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out", "to/log", "mqtt:log"};
        away("out");
        run(bench.deploy("a/f", bindings), 0, 10);
        Await.until("the log got all", () -> arrived("log").equals(numbers(0, 10)));
        Await.until("none is in memory", () -> bench.inMemory() == 0);

        restart();
        bench.deploy("a/f", bindings);
        comesBack();

        assertThat(arrived("out")).containsExactlyElementsOf(numbers(0, 10));
        assertThat(arrived("log")).isEmpty();
    }

    @Test
    void a_message_that_is_refused_keeps_its_place_for_five_seconds_and_then_the_others_pass() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=disk", "to/out", "mqtt:out?retries=3");
        bench.sink.failWith(sent -> sent.text().equals("0") ? SinkException.later("not this one") : null);
        bench.sink.atOnce(1);
        run(fn, 0, 5);
        var refused = bench.metrics.counter("fern_outputs_retried_total");
        for (int attempt = 1; attempt <= 2; attempt++) {
            int attempts = attempt;
            Await.until("it is tried again later", () -> refused.sum() == attempts);
            assertThat(bench.sink.texts()).as("in its place").hasSize(attempt).containsOnly("0");
            bench.time.advance(Duration.ofMillis(1100L * attempt)); // the longest wait that jitter makes of 1 s and 2 s
        }
        Await.until("the others have passed", () -> arrived("out").equals(numbers(1, 5)));
        assertThat(bench.sink.texts().subList(0, 3)).as("three attempts").containsExactly("0", "0", "0");
        Await.until("it is given up", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.dead().size() == 1;
        });
        assertThat(bench.sink.texts().stream().filter("0"::equals)).hasSize(4);
        assertThat(bench.dead().getFirst().reason()).isEqualTo("mqtt:out?retries=3: not this one");
        assertThat(bench.died).extracting(CallInfo::reason).hasSize(1);
    }

    @Test
    void a_message_that_is_sent_again_before_all_is_said_about_its_refusal_is_not_lost() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
        bench.sink.doneAtOnce(false);
        bench.accept(fn, "t", "0");
        Await.until("it is sent", () -> bench.sink.sent().size() == 1);
        for (var refusal : List.of(SinkException.later("not this one"), SinkException.away("nobody is there"))) {
            int before = bench.sink.sent().size();
            bench.time.hurry(true);
            bench.sink.sent().getLast().done().completeExceptionally(refusal);
            bench.time.hurry(false);
            Await.until("it is sent again", () -> bench.sink.sent().size() == before + 1);
        }
        bench.sink.sent().getLast().done().complete(null);
        Await.until("nothing is owed", () -> bench.journal.calls() == 0 && bench.inMemory() == 0);
    }

    @Test
    void what_is_for_a_target_that_is_away_for_longer_than_its_expiry_is_dead() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out?expiry=1h");
        away("out");
        run(fn, 0, 3);
        bench.time.advance(Duration.ofMinutes(59));
        assertThat(bench.dead()).isEmpty();
        Await.until("they are given up", () -> {
            bench.time.advance(Duration.ofMinutes(1));
            return bench.dead().size() == 3;
        });
        assertThat(bench.dead().getFirst().reason()).contains("older than 60 m");
        comesBack();
        assertThat(arrived("out")).isEmpty();
    }

    @Test
    void targets_fail_independently_and_only_what_was_lost_can_be_sent_again() throws Exception {
        String[] bindings = {"on/t", "mqtt:in?durable=disk", "to/bad", "mqtt:bad", "to/out", "mqtt:out"};
        bench.sink.failWith(sent -> sent.target().name().equals("bad") ? SinkException.never("no topic") : away);
        run(bench.deploy("a/f", bindings), 0, 1);
        Await.until("it waits on disk", () -> bench.inMemory() == 0);

        restart();
        bench.deploy("a/f", bindings);
        Await.until("the other one got it", () -> arrived("out").equals(List.of("0")));
        assertThat(arrived("bad")).as("it was given up").isEmpty();
        Await.until("the call is dead", () -> bench.dead().size() == 1);
        assertThat(bench.dead().getFirst().reason()).contains("no topic");

        assertThat(bench.dispatcher.retry(bench.dead().getFirst().id())).isTrue();
        comesBack();
        assertThat(arrived("bad")).containsExactly("0");
        assertThat(arrived("out")).containsExactly("0");
        assertThat(bench.dead()).isEmpty();
    }

    @Test
    void a_pulse_that_is_sent_again_by_hand_is_not_repeated_after_a_crash() throws Exception {
        String[] bindings = {"on/t", "mqtt:in", "to/lamp", "gpio:27?pulse=1s"};
        bench.sink.failWith(SinkException.never("no such line"));
        run(bench.deploy("a/f", bindings), 0, 1);
        Await.until("it is dead", () -> bench.dead().size() == 1);

        bench.sink.succeed();
        bench.sink.doneAtOnce(false);
        bench.dispatcher.retry(bench.dead().getFirst().id());
        Await.until("it is under way", () -> bench.sink.sent().size() == 2);

        restart();
        bench.deploy("a/f", bindings);
        Await.until("nothing is owed", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.journal.calls() == 0;
        });
        assertThat(bench.sink.sent()).isEmpty();
    }

    @Test
    void a_target_that_takes_long_gets_its_message_and_the_answer_is_on_disk_meanwhile() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in?durable=no", "to/out", "mqtt:out");
        bench.sink.doneAtOnce(false);
        run(fn, 0, 1);
        Await.until("it is under way", () -> bench.sink.sent().size() == 1);
        assertThat(bench.journal.calls()).isZero();

        Await.until("it is on disk", () -> {
            bench.time.advance(Duration.ofSeconds(1));
            return bench.state().equals("sending");
        });
        bench.sink.sent().getFirst().done().complete(null);
        Await.until("nothing is owed", () -> bench.journal.calls() == 0 && bench.inMemory() == 0);
        assertThat(bench.sink.sent()).hasSize(1);
    }

    @Test
    void what_waits_for_a_target_that_a_new_version_does_not_have_is_dead() throws Exception {
        var fn = bench.deploy("a/f", "on/t", "mqtt:in", "to/out", "mqtt:out");
        away("out");
        run(fn, 0, 3);
        bench.deploy("a/f", "on/t", "mqtt:in", "to/other", "mqtt:other");
        Await.until("they are given up", () -> {
            bench.time.advance(Duration.ofMinutes(1));
            return bench.dead().size() == 3;
        });
        assertThat(bench.dead().getFirst().reason()).contains("is not defined any more");
    }

    @Test
    void what_waits_for_a_function_that_is_gone_is_sent_when_it_is_back() throws Exception {
        String[] bindings = {"on/t", "mqtt:in", "to/out", "mqtt:out"};
        var fn = bench.deploy("a/f", bindings);
        away("out");
        run(fn, 0, 3);
        bench.dispatcher.remove(fn.name());
        bench.sink.succeed();
        bench.time.advance(Duration.ofMinutes(5));
        assertThat(arrived("out")).isEmpty();

        bench.deploy("a/f", bindings);
        comesBack();
        assertThat(arrived("out")).containsExactlyElementsOf(numbers(0, 3));
    }

    @Test
    void no_answer_is_left_behind_while_the_function_is_deployed_again_and_again() throws Exception {
        String[] bindings = {"on/t", "mqtt:in", "to/out", "mqtt:out"};
        var fn = bench.deploy("a/f", bindings);
        var deploying = new AtomicInteger(1);
        var deployer = Thread.ofPlatform().start(() -> {
            while (deploying.get() > 0) {
                try {
                    bench.dispatcher.deploy(fn);
                } catch (InvalidDefinitionException e) {
                    throw new AssertionError(e);
                }
            }
        });
        try {
            for (int i = 0; i < 5000; i++) {
                run(fn, i, i + 1);
            }
            Await.until("all have arrived", () -> arrived("out").size() == 5000);
        } finally {
            deploying.set(0);
            deployer.join();
        }
    }

    @Test
    void when_too_much_waits_for_a_target_its_function_waits_too_and_nothing_is_lost() throws Exception {
        int most = Address.MOST;
        var fn = bench.deploy("a/f", 8, "on/t", "mqtt:in?durable=no", "to/out", "mqtt:out");
        away("out");
        Set<String> ran = ConcurrentHashMap.newKeySet();
        bench.runtime.body("a/f", call -> {
            ran.add(call.event().data().text());
            return new Result.Success(new Answer(Headers.NONE, Payload.of("x")));
        });
        for (int i = 0; i < most; i += 500) {
            run(fn, i, i + 500);
            int until = i + 500;
            Await.until("they have run", () -> ran.size() == until);
        }
        run(fn, most, most + 20);
        Await.until("it is full", () -> bench.journal.calls() >= most - 64);
        assertThat(ran).hasSizeLessThan(most + 20);

        comesBack();
        Await.until("all have run", () -> ran.size() == most + 20);
        Await.until("all have arrived", () -> arrived("out").size() == most + 20);
    }
}
