package dev.fern.invoke;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Loads versions of functions, each on a thread of its own, because loading runs code of the function's author.
final class Loader implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<FunctionRuntime> runtimes;
    private volatile boolean closed;

    Loader(List<FunctionRuntime> runtimes) {
        this.runtimes = runtimes;
    }

    Version load(Fn fn, Bundle bundle) throws InvalidDefinitionException, InterruptedException {
        var runtime = runtimes.stream()
                .filter(candidate -> candidate.canRun(fn, bundle))
                .findFirst()
                .orElse(null);
        if (runtime == null || closed) {
            throw new InvalidDefinitionException(
                    "image " + fn.image() + " holds no function that this version can run",
                    "see docs/functions.md for what it runs");
        }
        var loaded = new CompletableFuture<FunctionRuntime.Program>();
        var thread = Thread.ofPlatform()
                .name("fern-load " + fn.name())
                .daemon(true)
                .start(() -> {
                    try {
                        var program = runtime.load(fn, bundle);
                        if (!loaded.complete(program)) {
                            program.close(); // nobody waits for it any more
                        }
                    } catch (Throwable e) { // Errors of the function's static initialisers as well
                        loaded.completeExceptionally(e);
                    }
                });
        try {
            return new Version(fn, bundle, runtime, loaded.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            loaded.cancel(false);
            thread.interrupt();
            runtime.stop(thread);
            throw new InvalidDefinitionException(
                    "the code of " + fn.name() + " did not finish loading in " + LIMIT.toSeconds() + " s",
                    "look at what its static initialisers do");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidDefinitionException invalid) {
                throw invalid;
            }
            throw new InvalidDefinitionException(
                    "the code of " + fn.name() + " cannot be loaded: " + e.getCause(), "look at the function's log");
        }
    }

    /// What holds bad functions back on this device, by runtime.
    Map<String, List<String>> guards() {
        var guards = new TreeMap<String, List<String>>();
        for (var runtime : runtimes) {
            var held = runtime.guards();
            if (!held.isEmpty()) {
                guards.put(runtime.name(), held);
            }
        }
        return guards;
    }

    @Override
    public void close() {
        closed = true;
    }
}
