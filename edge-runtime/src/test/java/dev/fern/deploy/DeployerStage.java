package dev.fern.deploy;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A deployer with a real registry, the real store, and functions without code.
abstract class DeployerStage {
    @TempDir
    Path folder;

    final FakeTime time = new FakeTime();
    final FakeRuntime runtime = new FakeRuntime();
    final Metrics metrics = new Metrics();
    final RecordingAdapter adapter = new RecordingAdapter();
    DockerRegistry registry;
    Journal journal;
    Invoker invoker;
    Deployer deployer;
    volatile boolean readyWhenTold;

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

    final void begin() throws Exception {
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

    void end() {
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

    String push(String tag, String content) throws Exception {
        return registry.push(
                tag,
                new FunctionImage()
                        .step("WORKDIR /function")
                        .layer("COPY f /function/", Entry.file("function/f", content)));
    }

    Definition definition(String name, String tag, String trigger) {
        return of(name, registry.host() + "/" + tag, trigger);
    }

    static Definition of(String name, String image, String trigger) {
        return of(name, image, Map.of("fern/on/in", trigger));
    }

    static Definition of(String name, String image, Map<String, String> annotations) {
        var annotated = JsonObject.builder();
        annotations.forEach(annotated::set);
        var fn = JsonObject.builder()
                .set("id", "id-" + name)
                .set("name", name)
                .set("image", image)
                .set("cmd", "a.B::c")
                .set("annotations", annotated.build())
                .build();
        var app = JsonObject.builder().set("id", "A").set("name", "a").build();
        var document = JsonObject.builder().set("app", app).set("fn", fn).setValues("triggers", List.<JsonObject>of());
        return new Definition(
                new FnName("a", name), "id-" + name, document.build().toString());
    }

    Status.Function status(String name) {
        return deployer.status().stream()
                .filter(fn -> fn.name().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    void awaitState(String name, Status.State state) throws InterruptedException {
        Await.until(
                name + " is " + state,
                () -> deployer.status().stream().anyMatch(fn -> fn.name().name().equals(name) && fn.state() == state));
    }
}
