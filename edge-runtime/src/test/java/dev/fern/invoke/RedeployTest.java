package dev.fern.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.FnName;
import dev.fern.Metrics;
import dev.fern.Result;
import dev.fern.fdk.JavaRuntime;
import dev.fern.kit.Examples;
import dev.fern.kit.FakeTime;
import dev.fern.kit.JavaBundle;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedeployTest {
    private static final Path FDK = Path.of(System.getProperty("fern.dist"), "lib", "fdk");
    private static final FnName NAME = FnName.parse("app/f");

    private final FakeTime time = new FakeTime();
    private final Invoker invoker =
            new Invoker(4, time, new Logs(time), List.of(new JavaRuntime(FDK, 1 << 16, new Metrics())), new Metrics());

    /// A function of two classes that each know their version.
    private static Bundle version(Path folder, String name) {
        return JavaBundle.of(
                folder.resolve(name),
                "Fn::handle",
                "public class Fn { public String handle(String in) { return \"%s\" + Part.name(); } }".formatted(name),
                "class Part { static String name() { return \"%s\"; } }".formatted(name));
    }

    private CompletableFuture<Result> call() {
        var done = new CompletableFuture<Result>();
        var call = Call.first(Examples.trigger("app/f", "on", "mqtt:a"), Examples.event("x"), Instant.EPOCH);
        invoker.submit(NAME, call, false, done::complete);
        return done;
    }

    private static String text(CompletableFuture<Result> call) throws Exception {
        var result = call.get(60, TimeUnit.SECONDS);
        return result instanceof Result.Success ok ? ok.answer().body().text() : result.toString();
    }

    @Test
    void fifty_new_versions_under_a_stream_of_calls_lose_none_and_none_runs_on_a_mix(@TempDir Path folder)
            throws Exception {
        var bundles = List.of(version(folder, "A"), version(folder, "B"));
        invoker.install(invoker.load(Examples.fn("app/f"), bundles.getFirst()));
        var calls = new ConcurrentLinkedQueue<CompletableFuture<Result>>();
        var stream = Thread.ofPlatform().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                var call = call();
                calls.add(call);
                call.join();
            }
        });
        try {
            for (int i = 1; i <= 50; i++) {
                invoker.install(invoker.load(Examples.fn("app/f"), bundles.get(i % 2)));
                assertThat(text(call())).isEqualTo(i % 2 == 0 ? "AA" : "BB");
            }
        } finally {
            stream.interrupt();
            stream.join();
        }
        assertThat(calls).hasSizeGreaterThan(50);
        for (var call : calls) {
            assertThat(text(call)).isIn("AA", "BB");
        }
        invoker.close();
    }
}
