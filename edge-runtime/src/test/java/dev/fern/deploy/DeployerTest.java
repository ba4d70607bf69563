package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.Health;
import dev.fern.Status;
import dev.fern.kit.Await;
import dev.fern.kit.Examples;
import dev.fern.sync.Copy;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What runs is made equal to what is wanted: with a real registry, the real store, and functions without code.
class DeployerTest extends DeployerStage {
    @Test
    void a_function_is_fetched_loaded_and_listens() throws Exception {
        var digest = push("f:1", "one");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in")));
        awaitState("f", Status.State.READY);
        Await.until("it listens", () -> adapter.addresses().contains("in"));
        assertThat(status("f").digest()).isEqualTo(digest);
        assertThat(deployer.ready(false)).as("nobody has said that this is all").isFalse();
        deployer.applied();
        Await.until("all is said", () -> deployer.ready(false));
        Await.until("who listens for the status was told last that all is ready", () -> readyWhenTold);
    }

    @Test
    void a_definition_that_makes_no_sense_leaves_the_last_good_one_and_a_first_one_is_invalid() throws Exception {
        push("f:1", "one");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in")));
        awaitState("f", Status.State.READY);

        deployer.want(List.of(definition("f", "f:1", "smoke:in"), definition("g", "f:1", "smoke:in")));

        awaitState("g", Status.State.INVALID);
        Await.until("the reason is shown", () -> status("f").problem() != null);
        assertThat(status("f").state()).isEqualTo(Status.State.READY);
        assertThat(status("f").triggers()).containsExactly("mqtt:in");
        assertThat(adapter.addresses()).contains("in");
    }

    @Test
    void an_image_that_cannot_be_had_is_asked_for_again_until_it_can() throws Exception {
        deployer.want(List.of(definition("f", "late:1", "mqtt:in")));
        awaitState("f", Status.State.FAILED);
        assertThat(status("f").problem()).isNotNull();

        push("late:1", "at last");

        Await.until("it is asked for again", () -> {
            time.advance(Duration.ofSeconds(5));
            return status("f").state() == Status.State.READY;
        });
        assertThat(status("f").problem()).isNull();
    }

    @Test
    void a_tag_that_moved_is_noticed_on_a_nudge() throws Exception {
        push("f:latest", "one");
        deployer.want(List.of(definition("f", "f:latest", "mqtt:in")));
        awaitState("f", Status.State.READY);
        var moved = push("f:latest", "two");
        deployer.nudge();
        Await.until("the new image runs", () -> moved.equals(status("f").digest()));
    }

    /// From now on loading f takes until the gate is open, and counts.
    private AtomicInteger slowLoads(CountDownLatch gate) {
        var loads = new AtomicInteger();
        runtime.loading = name -> {
            if (name.equals("a/f")) {
                loads.incrementAndGet();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        return loads;
    }

    @Test
    void nudges_while_a_version_is_made_ready_do_not_pile_up() throws Exception {
        push("f:1", "one");
        var gate = new CountDownLatch(1);
        var loads = slowLoads(gate);
        var f = definition("f", "f:1", "mqtt:in");
        deployer.want(List.of(f));
        Await.until("f is being loaded", () -> loads.get() == 1);
        for (int i = 0; i < 5; i++) {
            deployer.nudge();
        }
        deployer.want(List.of(f, definition("g", "f:1", "mqtt:other")));
        Await.until("the nudges are behind it", () -> deployer.status().size() == 2);
        gate.countDown();
        awaitState("f", Status.State.READY);
        awaitState("g", Status.State.READY);
        assertThat(loads).hasValue(1);
    }

    @Test
    void a_nudge_while_a_version_is_made_ready_counts_if_that_fails() throws Exception {
        push("f:1", "one");
        var gate = new CountDownLatch(1);
        var loads = slowLoads(gate);
        var slow = runtime.loading;
        runtime.loading = name -> {
            slow.accept(name);
            if (loads.get() == 1) {
                throw new IllegalStateException("for once");
            }
        };
        var f = definition("f", "f:1", "mqtt:in");
        deployer.want(List.of(f));
        Await.until("f is being loaded", () -> loads.get() == 1);
        deployer.nudge();
        deployer.want(List.of(f, definition("g", "none:1", "mqtt:other")));
        Await.until("the nudge is behind it", () -> deployer.status().size() == 2);
        gate.countDown();
        awaitState("f", Status.State.READY);
    }

    @Test
    void a_jar_that_was_built_anew_is_noticed_on_a_nudge() throws Exception {
        var jar = Files.createDirectories(folder.resolve("house/rain/target")).resolve("rain.jar");
        Files.writeString(jar, "one");
        deployer.want(List.of(of("rain", "dir:" + folder.resolve("house/rain"), "mqtt:in")));
        awaitState("rain", Status.State.READY);
        var before = status("rain").digest();
        Files.writeString(jar, "two");
        deployer.nudge();
        Await.until(
                "the new jar runs", () -> !Objects.equals(before, status("rain").digest()));
    }

    @Test
    void what_is_not_wanted_any_more_is_stopped() throws Exception {
        push("f:1", "one");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in"), definition("g", "f:1", "mqtt:other")));
        awaitState("f", Status.State.READY);
        awaitState("g", Status.State.READY);
        deployer.want(List.of(definition("g", "f:1", "mqtt:other")));
        Await.until("f is gone", () -> deployer.status().size() == 1);
        Await.until("its trigger too", () -> adapter.addresses().equals(List.of("id-g", "other")));
        Await.until("its code too", () -> runtime.programs.get() == 1);
    }

    @Test
    void what_contradicts_another_function_is_an_error_of_the_later_one() throws Exception {
        push("f:1", "one");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in")));
        awaitState("f", Status.State.READY);
        adapter.refuseFurther("in");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in"), definition("g", "f:1", "mqtt:in")));
        awaitState("g", Status.State.INVALID);
        assertThat(status("f").state()).isEqualTo(Status.State.READY);
    }

    @Test
    void a_copy_that_could_not_be_written_is_written_later() throws Exception {
        var file = folder.resolve("data/copy.json");
        Files.createDirectories(file.resolve("in the way"));
        deployer.want(List.of(definition("f", "none:1", "mqtt:in")));
        Await.until("it says so", () -> deployer.health() instanceof Health.Down);
        Files.delete(file.resolve("in the way"));
        Files.delete(file);

        Await.until("it is written", () -> {
            time.advance(Duration.ofSeconds(5));
            return deployer.health() instanceof Health.Up;
        });

        assertThat(new Copy(file).load()).hasSize(1);
    }

    @Test
    void after_a_restart_triggers_listen_first_and_the_copy_runs_with_no_registry() throws Exception {
        push("f:1", "one");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in")));
        awaitState("f", Status.State.READY);
        Await.until(
                "it is saved",
                () -> !new Copy(folder.resolve("data/copy.json")).load().isEmpty()
                        && new Copy(folder.resolve("data/copy.json"))
                                        .load()
                                        .getFirst()
                                        .good()
                                != null);
        end();
        registry.close();
        adapter.forget();

        begin();

        Await.until("it listens", () -> !adapter.bindings().isEmpty());
        assertThat(adapter.bindings().getFirst()).as("the very first binding").contains("in");
        awaitState("f", Status.State.READY);
    }

    @Test
    void after_a_restart_a_wanted_version_that_makes_no_sense_leaves_the_good_one_running() throws Exception {
        push("f:1", "one");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in")));
        awaitState("f", Status.State.READY);
        deployer.want(List.of(definition("f", "f:1", "smoke:in")));
        Await.until("the reason is shown", () -> status("f").problem() != null);
        Await.until(
                "it is saved",
                () -> new Copy(folder.resolve("data/copy.json"))
                        .load()
                        .getFirst()
                        .wanted()
                        .document()
                        .contains("smoke"));
        end();
        begin();
        awaitState("f", Status.State.READY);
        Await.until("the reason is shown", () -> status("f").problem() != null);
        assertThat(status("f").triggers()).containsExactly("mqtt:in");
    }

    @Test
    void the_image_and_the_calls_of_a_function_that_is_gone_stay_for_seven_days() throws Exception {
        var digest = push("f:1", "one");
        push("g:1", "two");
        deployer.want(List.of(definition("f", "f:1", "mqtt:in"), definition("g", "g:1", "mqtt:other")));
        deployer.applied();
        awaitState("f", Status.State.READY);
        awaitState("g", Status.State.READY);
        var bundle = folder.resolve("data/images/bundles/" + digest.substring("sha256:".length()));
        time.advance(Duration.ofDays(30));
        assertThat(bundle).exists();
        var call = new Call("c1", Examples.trigger("a/f", "in", "mqtt:in"), Examples.event("x"), 1, time.now());
        journal.add(
                new dev.fern.journal.Entry(
                        journal.nextSeq(), "a/f#in", call, dev.fern.journal.Entry.State.DEAD, "bad", List.of()),
                () -> {});

        deployer.want(List.of(definition("g", "g:1", "mqtt:other")));
        Await.until("it is gone", () -> deployer.status().size() == 1);
        days(6);
        assertThat(bundle).exists();
        assertThat(journal.deadCalls()).isEqualTo(1);
        days(2);

        Await.until("the call is forgotten", () -> journal.deadCalls() == 0);
        Await.until("the image is removed", () -> Files.notExists(bundle));
        assertThat(status("g").state()).isEqualTo(Status.State.READY);
    }

    /// Hour by hour, each of them seen by the deployer.
    private void days(int days) throws InterruptedException {
        for (int hour = 0; hour < 24 * days; hour++) {
            time.advance(Duration.ofHours(1));
            Await.until("it has looked", () -> deployer.ready(true));
        }
        assertThat(journal.list(true, 10)).hasSizeLessThan(2); // the journal has done what it was told
    }
}
