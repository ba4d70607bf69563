package dev.fern.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Examples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

/// A runtime on which a test starts real processes and calls them. The function of [#python] runs the body of a call
/// as Python code.
final class Booth implements AutoCloseable {
    static final Path FDK = Path.of(System.getProperty("fern.dist"), "lib", "fdk");
    static final int ANSWER_BYTES = 256 << 10;

    /// A running process with what it has printed.
    record Running(FunctionRuntime.Program program, FunctionRuntime.Instance instance, List<String> log)
            implements AutoCloseable {
        Result call(Event event) {
            var now = Instant.now();
            var call = Call.first(Examples.trigger("greenhouse/demo", "invoke", "invoke:x"), event, now);
            try {
                return instance.call(call, now.plusSeconds(30), log::add);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        Result call(String body) {
            return call(request(Headers.NONE, body));
        }

        String answer(String body) {
            var result = call(body);
            assertThat(result).as("log: %s", log).isInstanceOf(Result.Success.class);
            return ((Result.Success) result).answer().body().text();
        }

        String failure(String body) {
            var result = call(body);
            assertThat(result).as("log: %s", log).isInstanceOf(Result.FunctionError.class);
            return ((Result.FunctionError) result).message();
        }

        @Override
        public void close() {
            instance.close();
            program.close();
        }
    }

    final Metrics metrics = new Metrics();
    final ProcessRuntime runtime;
    private final Path folder;

    /// Processes are started by this JVM.
    Booth(Path folder) {
        this(folder, Guards::find);
    }

    /// By this JVM, with these guards.
    Booth(Path folder, Callable<Guards> guards) {
        this.folder = folder;
        var state = folder.resolve("state");
        runtime = new ProcessRuntime(
                FDK,
                state,
                ANSWER_BYTES,
                metrics,
                () -> Launchers.local(found(guards), Homes.temporary(state), Cgroups.take(), metrics));
    }

    /// By a launcher that listens there.
    static Booth remote(Path folder, Path socket) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new Booth(folder, socket);
    }

    private Booth(Path folder, Path socket) {
        this.folder = folder;
        runtime = new ProcessRuntime(FDK, folder.resolve("state"), socket, ANSWER_BYTES, metrics);
    }

    private static Guards found(Callable<Guards> guards) throws InterruptedException {
        try {
            return guards.call();
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static Event request(Headers headers, String body) {
        return Event.of(
                "/fern/test/http/x", Event.HTTP_REQUEST, null, Instant.now(), "text/plain", headers, Payload.of(body));
    }

    static Fn fn(Map<String, String> config, int memoryMb, Duration timeout, Duration idle, boolean allLayers) {
        var fn = Examples.fn("greenhouse/demo", config);
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                memoryMb,
                timeout,
                idle,
                config,
                Fn.Isolation.PROCESS,
                1,
                false,
                allLayers,
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }

    static Fn fn() {
        return fn(Map.of(), 128, Duration.ofSeconds(30), Duration.ofSeconds(30), false);
    }

    /// An image whose own layers hold these files: path, text, path, text.
    Bundle bundle(List<String> entrypoint, List<String> cmd, Map<String, String> env, String... files) {
        var root = folder.resolve(
                "image-" + entrypoint.hashCode() + "-" + List.of(files).hashCode());
        for (int i = 0; i < files.length; i += 2) {
            write(root.resolve(files[i]), files[i + 1]);
        }
        return new Bundle("sha256:0", root, entrypoint, cmd, env, "/function");
    }

    static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String resource(String name) {
        try (var in = Booth.class.getResourceAsStream("/process/" + name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The function that runs its calls' bodies as Python.
    Bundle python() {
        return bundle(
                List.of("python3", "-u", "func.py"), List.of(), Map.of(), "function/func.py", resource("func.py"));
    }

    /// A function that is that Python script.
    Bundle script(String text) {
        return bundle(List.of("python3", "-u", "func.py"), List.of(), Map.of(), "function/func.py", text);
    }

    Running start(Fn fn, Bundle bundle) throws InvalidDefinitionException {
        var program = runtime.load(fn, bundle);
        return new Running(program, program.start(), new CopyOnWriteArrayList<>());
    }

    Running start() throws InvalidDefinitionException {
        return start(fn(), python());
    }

    long counter(String name, String... labels) {
        return metrics.counter(name, labels).sum();
    }

    double processes() {
        var seen = new double[1];
        metrics.forEachGauge((series, value) -> {
            if (series.name().equals("fern_processes")) {
                seen[0] = value;
            }
        });
        return seen[0];
    }

    @Override
    public void close() {
        runtime.close();
    }
}
