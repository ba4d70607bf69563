package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Result;
import dev.fern.Rollback;
import dev.fern.kit.FakeRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrialTest {
    private static final Result GOOD = FakeRuntime.answer("ok");
    private static final Result BAD = new Result.FunctionError("boom");

    private final List<String> said = new ArrayList<>();
    private final Trial trial = new Trial(new Rollback(3, 10), said::add, () -> said.add("passed"));

    @Test
    void a_call_that_is_tried_again_counts_once() {
        for (int i = 0; i < 20; i++) {
            trial.accept("one", BAD);
        }
        assertThat(said).isEmpty();
        trial.accept("two", BAD);
        trial.accept("three", new Result.TimedOut(Duration.ofSeconds(5)));
        assertThat(said).containsExactly("3 of its first 3 calls failed, the last with: it took longer than 5 s");
    }

    @Test
    void what_never_reached_the_function_does_not_count() {
        for (int i = 0; i < 20; i++) {
            trial.accept("call-" + i, new Result.Unavailable("busy", Duration.ofSeconds(1)));
        }
        assertThat(said).isEmpty();
    }

    @Test
    void it_is_over_after_so_many_calls_whatever_comes_then() {
        for (int i = 0; i < 10; i++) {
            trial.accept("call-" + i, i < 2 ? BAD : GOOD);
        }
        for (int i = 10; i < 20; i++) {
            trial.accept("call-" + i, BAD);
        }
        assertThat(said).containsExactly("passed");
    }
}
