package dev.fern.e2e.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.fern.Binding;
import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Trigger;
import dev.fern.fdk.JavaRuntime;
import dev.fern.polyglot.JavaScriptRuntime;
import dev.fern.process.ProcessRuntime;
import dev.fern.wasm.WasmRuntime;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What functions of one runtime cost, in a JVM of its own that has the daemon's flags and the daemon's runtime: loads
/// many,
/// each with its own code, and calls each once; then calls one of them often.
///
/// Writes `cold MS` for each function (load and first call) and `cold-cpu MS`, what the whole JVM computed meanwhile;
/// `memory
/// BYTES` for all but the first, of heap and metaspace after a collection; and `warm NANOS` for each round (the
/// median), for processes also `bare NANOS`, see [BareClient].
public final class RuntimeProbe {
    private static final int ROUNDS = 5;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private record Running(FunctionRuntime.Program program, FunctionRuntime.Instance instance) {}

    private final RuntimeKind kind;
    private final Path folder;
    private final FunctionRuntime runtime;

    private RuntimeProbe(RuntimeKind kind, Path fdk, Path folder) {
        this.kind = kind;
        this.folder = folder;
        var metrics = new Metrics();
        runtime = switch (kind) {
            case JAVA -> new JavaRuntime(fdk, JavaRuntime.ANSWER_BYTES, metrics);
            case JAVASCRIPT -> new JavaScriptRuntime(JavaScriptRuntime.ANSWER_BYTES, metrics);
            case WASM, WASM_EMPTY -> new WasmRuntime(JavaRuntime.ANSWER_BYTES, metrics);
            case PROCESS ->
                new ProcessRuntime(
                        fdk, folder.resolve("state"), folder.resolve("none"), ProcessRuntime.ANSWER_BYTES, metrics);
        };
    }

    /// @param arguments the kind, the folder of the FDK's jars, that of the prepared functions, how many there are, and
    /// how many calls make a round
    public static void main(String[] arguments) throws Exception {
        var probe = new RuntimeProbe(RuntimeKind.valueOf(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
        probe.measure(Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        System.exit(0);
    }

    private void measure(int count, int calls) throws Exception {
        var running = new ArrayList<Running>();
        running.add(cold(0));
        long before = used();
        for (int i = 1; i < count; i++) {
            running.add(cold(i));
        }
        if (count > 1) {
            System.out.println("memory " + (used() - before) / (count - 1));
        }
        var instance = running.getFirst().instance;
        warm(instance, calls);
        for (int round = 0; round < ROUNDS; round++) {
            System.out.println("warm " + warm(instance, calls));
            if (kind == RuntimeKind.PROCESS) {
                System.out.println("bare " + BareClient.on(folder.resolve("state"), calls));
            }
        }
        for (var one : running) {
            one.instance.close();
            one.program.close();
        }
        runtime.close();
    }

    private Running cold(int number) throws Exception {
        var fn = fn(kind.label() + number);
        var bundle = new Bundle(
                "sha256:" + "0".repeat(64),
                folder.resolve(fn.name().name()),
                List.of(),
                kind.command(fn.name().name()),
                Map.of(),
                "/function");
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        var program = runtime.load(fn, bundle);
        var instance = program.start();
        call(fn, instance);
        System.out.println("cold " + (System.nanoTime() - start) / 1e6);
        System.out.println("cold-cpu " + (system.getProcessCpuTime() - cpu) / 1e6);
        return new Running(program, instance);
    }

    private long warm(FunctionRuntime.Instance instance, int calls) throws Exception {
        var fn = fn(kind.label() + 0);
        var nanos = new long[calls];
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            call(fn, instance);
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[calls / 2];
    }

    private static void call(Fn fn, FunctionRuntime.Instance instance) throws InterruptedException {
        var now = Instant.now();
        var event = Event.of(
                "/bench",
                Event.HTTP_REQUEST,
                null,
                now,
                "application/json",
                Headers.NONE,
                Payload.of("{\"room\": \"bay 1\", \"celsius\": 31.5}"));
        var result = instance.call(Call.first(fn.triggers().getFirst(), event, now), now.plus(LIMIT), _ -> {});
        if (!(result instanceof Result.Success)) {
            throw new IllegalStateException(fn.name() + ": " + result);
        }
    }

    private Fn fn(String name) throws Exception {
        var fnName = new FnName("bench", name);
        var trigger = new Trigger(fnName, "in", Binding.parse("http:/in"));
        return new Fn(
                fnName,
                "id-" + name,
                "id-bench",
                "bench/" + name + ":0.0.1",
                128,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Map.of(),
                kind == RuntimeKind.PROCESS ? Fn.Isolation.PROCESS : Fn.Isolation.SHARED,
                1,
                false,
                false,
                List.of(trigger),
                List.of(),
                Map.of());
    }

    /// Of heap and metaspace, not of compiled code, which comes and goes with the work.
    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool ->
                        pool.getType() == MemoryType.HEAP || !pool.getName().startsWith("Code"))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .sum();
    }
}
