package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Result;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A new version that fails brings back the one before it, if its definition says so.
class RollbackTest extends DeployerStage {
    private static final FnName F = new FnName("a", "f");

    private final AtomicInteger loads = new AtomicInteger();
    private volatile boolean failing;
    private String first = "";
    private String second = "";

    @BeforeEach
    void push() throws Exception {
        first = push("f:1", "one");
        second = push("f:2", "two");
        listen();
    }

    private void listen() {
        runtime.body("a/f", _ -> failing ? new Result.FunctionError("boom") : FakeRuntime.answer("ok"));
        runtime.loading = _ -> loads.incrementAndGet();
    }

    private Definition f(String tag, String topic) {
        var annotations = Map.of("fern/on/in", "mqtt:" + topic, "fern/rollback", "errors=2/5");
        return of("f", registry.host() + "/" + tag, annotations);
    }

    private void want(Definition definition, String digest) throws InterruptedException {
        deployer.want(List.of(definition));
        awaitDigest(digest);
    }

    private void awaitDigest(String digest) throws InterruptedException {
        Await.until(
                digest, () -> deployer.ready(true) && digest.equals(status("f").digest()));
    }

    private void call() {
        var done = new CompletableFuture<Result>();
        var call = Call.first(Examples.trigger("a/f", "in", "mqtt:x"), Examples.event("x"), time.now());
        invoker.submit(F, call, true, done::complete);
        done.join();
    }

    private void fail(int times) {
        failing = true;
        for (int i = 0; i < times; i++) {
            call();
        }
    }

    private String why() {
        return Objects.requireNonNull(status("f").problem()).why();
    }

    @Test
    void too_many_failures_bring_back_all_of_the_version_before_and_say_why() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "y"), second);
        fail(2);
        awaitDigest(first);

        var status = status("f");
        assertThat(why())
                .isEqualTo(
                        registry.host() + "/f:2 was rolled back: 2 of its first 2 calls failed, the last with: boom");
        assertThat(status.triggers()).containsExactly("mqtt:x");
        assertThat(status.versions().wanted().digest()).isEqualTo(second);
        assertThat(Objects.requireNonNull(status.versions().previous()).digest())
                .isEqualTo(second);
        assertThat(status.versions().since()).isEqualTo(time.now());
    }

    @Test
    void what_was_rolled_back_is_not_tried_again_until_the_definition_changes() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "x"), second);
        fail(2);
        awaitDigest(first);
        int before = loads.get();
        deployer.nudge();
        time.advance(Deployer.TAGS.multipliedBy(3));
        deployer.want(List.of(f("f:2", "x")));
        Await.until("all is applied", () -> deployer.ready(true));
        assertThat(loads).hasValue(before);
        assertThat(status("f").digest()).isEqualTo(first);

        failing = false;
        want(f("f:2", "z"), second);
        assertThat(status("f").problem()).isNull();
    }

    @Test
    void another_image_under_the_same_tag_is_tried() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "x"), second);
        fail(2);
        awaitDigest(first);
        failing = false;
        var mended = push("f:2", "mended");
        deployer.nudge();
        awaitDigest(mended);
        assertThat(status("f").problem()).isNull();
    }

    @Test
    void it_stays_rolled_back_over_a_restart() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "y"), second);
        fail(2);
        awaitDigest(first);
        end();
        begin();
        listen();
        awaitDigest(first);
        assertThat(why()).contains("was rolled back");
        assertThat(status("f").triggers()).containsExactly("mqtt:x");
        deployer.nudge();
        Await.until("all is applied", () -> deployer.ready(true));
        assertThat(status("f").digest()).isEqualTo(first);
    }

    @Test
    void a_version_is_still_new_after_a_restart() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "x"), second);
        end();
        begin();
        listen();
        awaitDigest(second);
        fail(2);
        awaitDigest(first);
    }

    @Test
    void a_version_that_did_its_first_calls_well_stays() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "x"), second);
        for (int i = 0; i < 4; i++) {
            call();
        }
        fail(5);
        Await.until("all is applied", () -> deployer.ready(true));
        assertThat(status("f").digest()).isEqualTo(second);
        assertThat(status("f").problem()).isNull();
    }

    @Test
    void without_a_version_before_nothing_is_brought_back() throws Exception {
        want(f("f:1", "x"), first);
        fail(5);
        Await.until("all is applied", () -> deployer.ready(true));
        assertThat(status("f").digest()).isEqualTo(first);
        assertThat(status("f").problem()).isNull();
    }

    @Test
    void of_two_new_versions_in_a_row_the_last_that_was_not_new_comes_back() throws Exception {
        want(f("f:1", "x"), first);
        want(f("f:2", "x"), second);
        var third = push("f:3", "three");
        want(f("f:3", "x"), third);
        fail(2);
        awaitDigest(first);
    }
}
