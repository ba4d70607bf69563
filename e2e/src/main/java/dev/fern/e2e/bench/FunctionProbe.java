package dev.fern.e2e.bench;

import dev.fern.Binding;
import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Headers;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Trigger;
import dev.fern.daemon.SystemTime;
import dev.fern.fdk.JavaRuntime;
import dev.fern.invoke.Invoker;
import dev.fern.invoke.Logs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// What one more function costs: loads many, each with its own jar, through the daemon's own [Invoker] and
/// [JavaRuntime], and calls each once. Image and definition are here already, so this is a function's cold start.
///
/// Writes `KIND load MS` for each function, and `KIND memory HEAP_BYTES METASPACE_BYTES` for all of a kind
/// but the first.
public final class FunctionProbe {
    private static final long LIMIT_S = 20;

    private final Path functions;
    private final SystemTime time = new SystemTime();
    private final Invoker invoker;

    private FunctionProbe(Path fdk, Path functions) {
        this.functions = functions;
        var metrics = new Metrics();
        var runtime = new JavaRuntime(fdk, JavaRuntime.ANSWER_BYTES, metrics);
        invoker = new Invoker(4, time, new Logs(time), List.of(runtime), metrics);
    }

    /// Lays a function out as the daemon has it after unpacking its image.
    static void prepare(Path parent, String kind, int number, String source) throws IOException {
        var name = kind + number;
        var built = Functions.write(parent.resolve("built"), name, source, List.of());
        var app = Files.createDirectories(parent.resolve(name + "/function/app"));
        Files.copy(built.resolve("target/" + name + ".jar"), app.resolve(name + ".jar"));
    }

    /// @param arguments the folder of the FDK's jars, that of the prepared functions, how many there are of each kind
    public static void main(String[] arguments) throws Exception {
        var probe = new FunctionProbe(Path.of(arguments[0]), Path.of(arguments[1]));
        int count = Integer.parseInt(arguments[2]);
        probe.measure("bytes", count, "text/plain", "21.5");
        probe.measure("json", count, "application/json", "{\"room\": \"bay 1\", \"celsius\": 31.5}");
        probe.invoker.close();
        probe.time.close();
    }

    private void measure(String kind, int count, String contentType, String body) throws Exception {
        load(kind, 0, contentType, body);
        long heap = used(MemoryType.HEAP);
        long metaspace = used(MemoryType.NON_HEAP);
        for (int i = 1; i < count; i++) {
            load(kind, i, contentType, body);
        }
        System.out.println(kind + " memory " + (used(MemoryType.HEAP) - heap) / (count - 1) + " "
                + (used(MemoryType.NON_HEAP) - metaspace) / (count - 1));
    }

    private void load(String kind, int number, String contentType, String body) throws Exception {
        var name = kind + number;
        var fnName = new FnName("bench", name);
        var trigger = new Trigger(fnName, "in", Binding.parse("mqtt:bench/in"));
        var fn = fn(fnName, trigger);
        var bundle = new Bundle(
                "sha256:" + "0".repeat(64),
                functions.resolve(name),
                List.of(),
                List.of(Functions.command(name)),
                Map.of(),
                "/function");
        var event = Event.of(
                "/bench", Event.MQTT_MESSAGE, "bench/in", time.now(), contentType, Headers.NONE, Payload.of(body));
        var ended = new CompletableFuture<Result>();
        long start = System.nanoTime();
        invoker.install(invoker.load(fn, bundle));
        invoker.submit(fnName, Call.first(trigger, event, time.now()), false, ended::complete);
        var result = ended.get(LIMIT_S, java.util.concurrent.TimeUnit.SECONDS);
        long nanos = System.nanoTime() - start;
        if (!(result instanceof Result.Success)) {
            throw new IllegalStateException(name + ": " + result);
        }
        System.out.println(kind + " load " + nanos / 1e6);
    }

    private static Fn fn(FnName name, Trigger trigger) {
        return new Fn(
                name,
                "id-" + name.name(),
                "id-bench",
                "bench/" + name.name() + ":0.0.1",
                64,
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                Map.of(),
                Fn.Isolation.SHARED,
                1,
                false,
                false,
                List.of(trigger),
                List.of(),
                Map.of());
    }

    /// Of what is not code: compiled code comes and goes with the work.
    private static long used(MemoryType type) {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == type)
                .filter(pool -> !pool.getName().startsWith("Code"))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .sum();
    }
}
