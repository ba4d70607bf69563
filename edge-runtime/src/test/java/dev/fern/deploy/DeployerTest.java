package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Call;
import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Definition;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.Metrics;
import dev.fern.Settings;
import dev.fern.Status;
import dev.fern.dispatch.Dispatcher;
import dev.fern.images.Images;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import dev.fern.journal.Journal;
import dev.fern.kit.Await;
import dev.fern.kit.DockerRegistry;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeRuntime;
import dev.fern.kit.FakeTime;
import dev.fern.kit.FunctionImage;
import dev.fern.kit.FunctionImage.Entry;
import dev.fern.sync.Copy;
import dev.fern.sync.Resolver;
import io.helidon.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What runs is made equal to what is wanted: with a real registry, the real store, and functions without code.
class DeployerTest {
    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final FakeRuntime runtime = new FakeRuntime();
    private final Metrics metrics = new Metrics();
    private final RecordingAdapter adapter = new RecordingAdapter();
    private DockerRegistry registry;
    private Journal journal;
    private Invoker invoker;
    private Deployer deployer;
    private volatile boolean readyWhenTold;

    @BeforeEach
    void start() throws Exception {
        registry = DockerRegistry.start(Files.createDirectories(folder.resolve("registry")));
        begin();
    }

    @AfterEach
    void stop() {
        end();
        registry.close();
    }

    private void begin() throws Exception {
        var settings = Examples.settings("mqtt://127.0.0.1:1883", folder.resolve("data"));
        journal = new Journal(folder.resolve("data/calls.db"), 10, metrics);
        journal.open();
        invoker = new Invoker(4, time, new Logs(time), List.of(runtime), metrics);
        var dispatcher = new Dispatcher(settings, journal, invoker, Map.of(), new Deaf(), time, metrics);
        var images = new Images(
                new Settings.Registry(null, Set.of(registry.host()), null),
                folder.resolve("data/images"),
                1 << 20,
                "amd64",
                time,
                metrics);
        deployer = new Deployer(
                new Resolver(settings),
                new Copy(folder.resolve("data/copy.json")),
                images,
                folder.resolve("data/folders"),
                invoker,
                dispatcher,
                List.of(adapter),
                time,
                metrics,
                () -> readyWhenTold = deployer.ready(true));
        deployer.start();
    }

    private void end() {
        deployer.close();
        invoker.close();
        journal.close();
    }

    private static final class Deaf implements Control.Listener {
        @Override
        public void statusChanged() {}

        @Override
        public void died(CallInfo call) {}
    }

    private String push(String tag, String content) throws Exception {
        return registry.push(
                tag,
                new FunctionImage()
                        .step("WORKDIR /function")
                        .layer("COPY f /function/", Entry.file("function/f", content)));
    }

    private Definition definition(String name, String tag, String trigger) {
        return of(name, registry.host() + "/" + tag, trigger);
    }

    private static Definition of(String name, String image, String trigger) {
        var fn = JsonObject.builder()
                .set("id", "id-" + name)
                .set("name", name)
                .set("image", image)
                .set("cmd", "a.B::c")
                .set(
                        "annotations",
                        JsonObject.builder().set("fern/on/in", trigger).build())
                .build();
        var app = JsonObject.builder().set("id", "A").set("name", "a").build();
        var document = JsonObject.builder().set("app", app).set("fn", fn).setValues("triggers", List.<JsonObject>of());
        return new Definition(
                new FnName("a", name), "id-" + name, document.build().toString());
    }

    private Status.Function status(String name) {
        return deployer.status().stream()
                .filter(fn -> fn.name().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    private void awaitState(String name, Status.State state) throws InterruptedException {
        Await.until(
                name + " is " + state,
                () -> deployer.status().stream().anyMatch(fn -> fn.name().name().equals(name) && fn.state() == state));
    }

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
