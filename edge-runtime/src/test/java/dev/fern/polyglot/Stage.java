package dev.fern.polyglot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import dev.fern.Problem;
import dev.fern.Result;
import dev.fern.kit.Examples;
import dev.fern.kit.NodeBundle;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A runtime on which a test loads functions from source and calls them.
final class Stage implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    /// What func.js of a function begins with.
    static final String HEAD = "const fdk = require('@fnproject/fdk')\n";

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
    final JavaScriptRuntime runtime = new JavaScriptRuntime(64 << 10, metrics);
    private final Path folder;
    private final AtomicInteger bundles = new AtomicInteger();

    Stage(Path folder) {
        this.folder = folder;
    }

    static Event request(Headers headers, String body) {
        return Event.of("/fern/test/http/x", Event.HTTP_REQUEST, null, NOW, "text/plain", headers, Payload.of(body));
    }

    /// A folder that no bundle has yet.
    Path folder() {
        return folder.resolve("bundle-" + bundles.incrementAndGet());
    }

    /// A function whose handler is `(input, ctx) => { BODY }`, with the input as text.
    Function handler(String body) throws InvalidDefinitionException {
        return function(HEAD + "fdk.handle(async (input, ctx) => {" + body + "}, {inputMode: 'string'})\n");
    }

    Function function(String func) throws InvalidDefinitionException {
        return function(NodeBundle.of(folder(), func));
    }

    Function function(Bundle bundle) throws InvalidDefinitionException {
        return function(Examples.fn("greenhouse/demo"), bundle);
    }

    Function function(Bundle bundle, Map<String, String> config) throws InvalidDefinitionException {
        return function(Examples.fn("greenhouse/demo", config), bundle);
    }

    Function function(Fn fn, Bundle bundle) throws InvalidDefinitionException {
        assertThat(runtime.canRun(fn, bundle)).isTrue();
        var program = runtime.load(fn, bundle);
        return new Function(program, program.start(), new CopyOnWriteArrayList<>());
    }

    /// Why that function cannot be loaded.
    Problem refusal(Bundle bundle) {
        return refusal(Examples.fn("greenhouse/demo"), bundle);
    }

    Problem refusal(Fn fn, Bundle bundle) {
        return catchThrowableOfType(InvalidDefinitionException.class, () -> runtime.load(fn, bundle))
                .problem();
    }

    Problem refusal(String func) {
        return refusal(NodeBundle.of(folder(), func));
    }

    /// The same function with another isolation, memory and time-out.
    static Fn fn(Fn.Isolation isolation, int memoryMb, Duration timeout) {
        var fn = Examples.fn("greenhouse/demo");
        return new Fn(
                fn.name(),
                fn.id(),
                fn.appId(),
                fn.image(),
                memoryMb,
                timeout,
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

    @Override
    public void close() {
        runtime.close();
    }
}
