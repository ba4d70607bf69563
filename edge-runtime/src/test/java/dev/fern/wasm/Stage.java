package dev.fern.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A runtime on which a test loads WebAssembly files and calls them.
final class Stage {
    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    static final int ANSWER_BYTES = 64 << 10;

    /// A loaded function with its instance and what it has printed.
    record Function(FunctionRuntime.Program program, FunctionRuntime.Instance instance, List<String> log)
            implements AutoCloseable {
        Result call(Event event) {
            var call = Call.first(Examples.trigger("greenhouse/demo", "invoke", "invoke:x"), event, NOW);
            try {
                return instance.call(call, NOW.plusSeconds(5), log::add);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        Result call(String body) {
            return call(request(Headers.NONE, body));
        }

        Answer answer(Event event) {
            var result = call(event);
            assertThat(result).as("log: %s", log).isInstanceOf(Result.Success.class);
            return ((Result.Success) result).answer();
        }

        String answer(String body) {
            return answer(request(Headers.NONE, body)).body().text();
        }

        String failure(String body) {
            var result = call(body);
            assertThat(result).isInstanceOf(Result.FunctionError.class);
            return ((Result.FunctionError) result).message();
        }

        @Override
        public void close() {
            instance.close();
            program.close();
        }
    }

    final Metrics metrics = new Metrics();
    final WasmRuntime runtime = new WasmRuntime(ANSWER_BYTES, metrics);
    private final Path folder;
    private int bundles;

    Stage(Path folder) {
        this.folder = folder;
    }

    static Event request(Headers headers, String body) {
        return Event.of("/fern/test/http/x", Event.HTTP_REQUEST, null, NOW, "text/plain", headers, Payload.of(body));
    }

    /// An image with that as its func.wasm.
    Bundle bundle(byte[] wasm) {
        return bundle(wasm, "function/func.wasm", List.of(), List.of());
    }

    Bundle bundle(byte[] wasm, String path, List<String> entrypoint, List<String> cmd) {
        try {
            var root = folder.resolve("bundle-" + bundles++);
            Files.createDirectories(root.resolve(path).getParent());
            Files.write(root.resolve(path), wasm);
            return new Bundle("sha256:0", root, entrypoint, cmd, Map.of("IMAGE", "its own"), "/function");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Function function(byte[] wasm, String... config) throws InvalidDefinitionException {
        return function(bundle(wasm), fn(64, config));
    }

    Function function(Bundle bundle, Fn fn) throws InvalidDefinitionException {
        var program = runtime.load(fn, bundle);
        return new Function(program, program.start(), new CopyOnWriteArrayList<>());
    }

    /// @param config name, value, name, value
    static Fn fn(int memoryMb, String... config) {
        return fn(memoryMb, Fn.Isolation.SHARED, config);
    }

    static Fn fn(int memoryMb, Fn.Isolation isolation, String... config) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i < config.length; i += 2) {
            map.put(config[i], config[i + 1]);
        }
        var fn = Examples.fn("greenhouse/demo", map);
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                memoryMb,
                fn.timeout(),
                fn.idleTimeout(),
                fn.config(),
                isolation,
                fn.concurrency(),
                fn.warm(),
                fn.allLayers(),
                fn.triggers(),
                fn.targets(),
                fn.annotations());
    }
}
