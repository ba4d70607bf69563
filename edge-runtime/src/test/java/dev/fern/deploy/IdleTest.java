package dev.fern.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.CallInfo;
import dev.fern.Control;
import dev.fern.Definition;
import dev.fern.FnName;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What deployments cost the card, and what a device costs it to which nothing happens: with a real registry and the
/// real files.
class IdleTest {
    @TempDir
    Path folder;

    private final FakeTime time = new FakeTime();
    private final Metrics metrics = new Metrics();
    private final List<AutoCloseable> closings = new ArrayList<>();
    private DockerRegistry registry;
    private Deployer deployer;

    @BeforeEach
    void start() throws Exception {
        registry = DockerRegistry.start(Files.createDirectories(folder.resolve("registry")));
        closings.add(registry);
        var settings = Examples.settings("mqtt://127.0.0.1:1883", data());
        var journal = new Journal(data().resolve("calls.db"), 10, metrics);
        journal.open();
        closings.addFirst(journal);
        var invoker = new Invoker(4, time, new Logs(time), List.of(new FakeRuntime()), metrics);
        closings.addFirst(invoker);
        var listener = new Control.Listener() {
            @Override
            public void statusChanged() {}

            @Override
            public void died(CallInfo call) {}
        };
        deployer = new Deployer(
                new Resolver(settings),
                new Copy(data().resolve("copy.json"), metrics.diskBytes("definitions")),
                new Images(
                        new Settings.Registry(null, Set.of(registry.host()), null),
                        data().resolve("images"),
                        1 << 20,
                        "amd64",
                        time,
                        metrics),
                data().resolve("folders"),
                invoker,
                new Dispatcher(settings, journal, invoker, Map.of(), listener, time, metrics),
                List.of(new RecordingAdapter()),
                time,
                metrics,
                () -> {});
        closings.addFirst(deployer);
        deployer.start();
    }

    @AfterEach
    void stop() throws Exception {
        for (var closing : closings) {
            closing.close();
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private long written(String what) {
        return metrics.diskBytes(what).sum();
    }

    private static Definition definition(String name, String image) {
        var fn = JsonObject.builder()
                .set("id", "id-" + name)
                .set("name", name)
                .set("runtime", "node")
                .set("image", image)
                .set(
                        "annotations",
                        JsonObject.builder().set("fern/on/in", "mqtt:in").build())
                .build();
        var app = JsonObject.builder().set("id", "A").set("name", "a").build();
        var document = JsonObject.builder().set("app", app).set("fn", fn).setValues("triggers", List.<JsonObject>of());
        return new Definition(
                new FnName("a", name), "id-" + name, document.build().toString());
    }

    private void deploy(Definition... definitions) throws InterruptedException {
        deployer.want(List.of(definitions));
        deployer.applied();
        Await.until(
                "all are ready",
                () -> deployer.ready(true)
                        && deployer.status().size() == definitions.length
                        && deployer.status().stream().allMatch(fn -> fn.state() == Status.State.READY));
    }

    private Definition byImage() throws Exception {
        registry.push(
                "f:1",
                new FunctionImage()
                        .step("WORKDIR /function")
                        .layer("COPY f /function/", Entry.file("function/func.js", "x".repeat(20_000))));
        return definition("f", registry.host() + "/f:1");
    }

    /// Each file and folder of the state with its size and date.
    private Map<String, String> state() throws IOException {
        var state = new TreeMap<String, String>();
        try (var all = Files.walk(data())) {
            for (var one : all.toList()) {
                state.put(one.toString(), Files.size(one) + " bytes, " + Files.getLastModifiedTime(one));
            }
        }
        return state;
    }

    @Test
    void nothing_is_written_all_day_on_a_device_to_which_nothing_happens() throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("code")).resolve("func.js"), "code");
        deploy(byImage(), definition("g", "dir:" + folder.resolve("code")));
        time.advance(Deployer.TAGS); // now all has been looked at once
        deployer.nudge();
        Await.until("all is done", () -> deployer.ready(true));
        var before = state();
        long calls = written("calls");
        long definitions = written("definitions");
        long code = written("code");

        for (int i = 0; i < 24 * 6 - 2; i++) {
            time.advance(Duration.ofMinutes(10));
            deployer.nudge();
            Await.until("all is done", () -> deployer.ready(true));
        }

        assertThat(state()).isEqualTo(before);
        assertThat(List.of(written("calls"), written("definitions"), written("code")))
                .containsExactly(calls, definitions, code);
    }

    @Test
    void a_deployment_writes_the_image_once_and_the_copy_of_the_definitions_twice() throws Exception {
        deploy(byImage());
        long copy = Files.size(data().resolve("copy.json"));
        assertThat(written("definitions")).isBetween(copy, 2 * copy);
        assertThat(written("code")).as("in whole blocks, with folders").isBetween(20_000L, 40_000L);
        long calls = written("calls");

        long code = written("code");
        var same = definition("h", registry.host() + "/f:1");
        deploy(byImage(), same);

        assertThat(written("code")).as("the image is there").isEqualTo(code);
        assertThat(written("calls")).isEqualTo(calls);
        assertThat(written("definitions")).isLessThanOrEqualTo(2 * copy + 2 * Files.size(data().resolve("copy.json")));
    }
}
