package dev.fern.fdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fern.Answer;
import dev.fern.Bundle;
import dev.fern.Call;
import dev.fern.Event;
import dev.fern.FunctionRuntime;
import dev.fern.Headers;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.kit.Examples;
import dev.fern.kit.JavaBundle;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A runtime on which a test loads functions from source and calls them.
final class Stage implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    static final Path FDK = Path.of(System.getProperty("fern.dist"), "lib", "fdk");

    private static final String HEAD = """
            package demo;

            import com.fnproject.fn.api.*;
            import com.fnproject.fn.api.httpgateway.*;
            import java.lang.invoke.*;
            import java.util.*;
            import java.util.concurrent.*;

            """;

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
    final JavaRuntime runtime = new JavaRuntime(FDK, 64 << 10, metrics);
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

    /// The members of `public class Fn`, whose method `handle` is the function.
    Bundle bundle(String members) {
        return JavaBundle.of(folder(), "demo.Fn::handle", source(members));
    }

    /// The whole source of `public class Fn` with these members.
    static String source(String members) {
        return HEAD + "public class Fn {\n" + members + "\n}\n";
    }

    Function function(String members) throws InvalidDefinitionException {
        return function(bundle(members));
    }

    Function function(Bundle bundle) throws InvalidDefinitionException {
        return function(bundle, Map.of());
    }

    Function function(Bundle bundle, Map<String, String> config) throws InvalidDefinitionException {
        var program = runtime.load(Examples.fn("greenhouse/demo", config), bundle);
        return new Function(program, program.start(), new CopyOnWriteArrayList<>());
    }

    @Override
    public void close() {
        runtime.close();
    }
}
