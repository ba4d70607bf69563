package dev.fern.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.FnName;
import dev.fern.Ids;
import dev.fern.journal.Entry;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Calls of a function that is not wanted here any more.
class VanishedTest {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final FnName GONE = FnName.parse("a/gone");
    private static final FnName STAYS = FnName.parse("a/stays");

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

    /// Two calls that wait, and a dead one, of each function, as an earlier run left them.
    private void fill() throws Exception {
        for (var name : List.of(GONE, STAYS)) {
            put(name, Entry.State.QUEUED);
            put(name, Entry.State.WAITING);
            put(name, Entry.State.DEAD);
        }
        restart();
    }

    private void put(FnName name, Entry.State state) throws Exception {
        var trigger = Examples.trigger(name.toString(), "in", "mqtt:in?durable=disk");
        var call = new Call(Ids.next(), trigger, Examples.event("x"), 1, bench.time.now());
        var safe = new CountDownLatch(1);
        bench.journal.add(
                new Entry(bench.journal.nextSeq(), trigger.lane(), call, state, null, List.of()), safe::countDown);
        assertThat(safe.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private void restart() throws Exception {
        bench.close();
        bench = new Workbench(folder);
    }

    private long calls(FnName name) {
        return bench.dispatcherCalls().stream()
                .filter(call -> call.fn().equals(name))
                .count();
    }

    private long dead(FnName name) {
        return bench.dead().stream().filter(call -> call.fn().equals(name)).count();
    }

    @Test
    void they_are_kept_for_seven_days_and_then_forgotten_and_those_of_others_stay() throws Exception {
        fill();
        var wanted = Set.of(STAYS);

        bench.dispatcher.age(wanted, Duration.ofHours(1), WEEK); // only now it is known to be gone
        bench.dispatcher.age(wanted, WEEK, WEEK);
        assertThat(calls(GONE)).isEqualTo(2);
        assertThat(dead(GONE)).isEqualTo(1);
        bench.dispatcher.age(wanted, Duration.ofMinutes(1), WEEK);

        assertThat(calls(GONE)).isZero();
        assertThat(dead(GONE)).isZero();
        assertThat(calls(STAYS)).isEqualTo(2);
        assertThat(dead(STAYS)).isEqualTo(1);
        assertThat(bench.journal.calls()).isEqualTo(2);
        assertThat(bench.journal.deadCalls()).isEqualTo(1);
        assertThat(bench.journal.bytes()).isPositive();
        restart();
        assertThat(bench.journal.calls()).isEqualTo(2);
    }

    @Test
    void the_days_count_over_a_restart_and_begin_again_when_it_was_wanted_meanwhile() throws Exception {
        fill();
        bench.dispatcher.age(Set.of(STAYS), Duration.ZERO, WEEK);
        bench.dispatcher.age(Set.of(STAYS), Duration.ofDays(6), WEEK);
        assertThat(calls(GONE)).isEqualTo(2);
        restart();
        bench.dispatcher.age(Set.of(STAYS, GONE), Duration.ofDays(6), WEEK);
        bench.dispatcher.age(Set.of(STAYS), Duration.ofDays(6), WEEK);
        bench.dispatcher.age(Set.of(STAYS), Duration.ofDays(6), WEEK);
        assertThat(calls(GONE)).as("not wanted for 6 days").isEqualTo(2);
        restart();
        bench.dispatcher.age(Set.of(STAYS), Duration.ofDays(2), WEEK);
        assertThat(calls(GONE)).isZero();
    }

    @Test
    void a_function_that_comes_back_after_that_has_none_and_runs_new_ones() throws Exception {
        fill();
        bench.dispatcher.age(Set.of(), Duration.ZERO, WEEK);
        bench.dispatcher.age(Set.of(), Duration.ofDays(8), WEEK);
        assertThat(calls(GONE)).isZero();

        var fn = bench.deploy(GONE.toString(), "on/in", "mqtt:in?durable=disk");
        bench.accept(fn, "in", "new");

        Await.until("it has run", () -> bench.dispatcher.counts(GONE).ok() == 1);
        Await.until("nothing is owed", () -> bench.journal.calls() == 0);
        assertThat(bench.journal.bytes()).isZero();
    }
}
