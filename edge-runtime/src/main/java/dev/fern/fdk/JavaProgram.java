package dev.fern.fdk;

import dev.fern.Console;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The loaded code of one version of a Java function.
final class JavaProgram implements FunctionRuntime.Program {
    private static final System.Logger LOG = System.getLogger("fern.fdk");
    /// What the FDK keeps from the configuration, as variables of the transport.
    private static final Set<String> NOT_CONFIG =
            Set.of("fn_path", "fn_method", "fn_request_url", "fn_format", "content-length", "fn_call_id");

    /// What all programs of a runtime share.
    ///
    /// @param loading what ends the code that a thread loads or starts
    record Shared(FdkLoader fdk, int answerBytes, LongAdder cut, LongAdder left, Map<Thread, Runnable> loading) {}

    private final String name;
    private final Handler handler;
    private final Shared shared;
    private final Map<String, String> env;
    private final long memoryBytes;
    private final FunctionFiles files;
    /// Gone when it is spoilt or the program closed, so that one who keeps that keeps nothing of the function.
    private final AtomicReference<@Nullable Code> current = new AtomicReference<>();

    private volatile boolean closed;

    /// Takes the files over: they are closed with it, or at once if it cannot be made.
    JavaProgram(Fn fn, Handler handler, Map<String, String> env, FunctionFiles files, Shared shared)
            throws InvalidDefinitionException {
        name = fn.name().toString();
        this.handler = handler;
        this.env = env;
        memoryBytes = (long) fn.memoryMb() << 20;
        this.files = files;
        this.shared = shared;
        try {
            current.set(load());
        } catch (InvalidDefinitionException e) {
            files.close();
            throw e;
        }
    }

    private Code load() throws InvalidDefinitionException {
        var leftovers = new Leftovers();
        var scope = scope(leftovers);
        var loader = new FunctionLoader(name, files, shared.fdk, scope);
        leftovers.of(loader);
        shared.loading.put(Thread.currentThread(), () -> stop(scope, loader));
        try (var _ = scope.enter(loader)) {
            var type = handler.type(loader);
            var code = new Code(loader, type, handler.method(type), leftovers, scope, () -> forget(loader));
            refuseExit(scope);
            return code;
        } catch (InvalidDefinitionException e) {
            shared.left.add(leftovers.end());
            throw e;
        } catch (Throwable e) {
            var problem = failed(scope, handler + " cannot be loaded", e);
            shared.left.add(leftovers.end());
            throw problem;
        } finally {
            shared.loading.remove(Thread.currentThread());
        }
    }

    private static void stop(Scope scope, FunctionLoader loader) {
        scope.end().come();
        loader.closeGate();
    }

    private Scope scope(Leftovers leftovers) {
        return new Scope(env, new Console(shared.cut), leftovers, memoryBytes);
    }

    @Override
    public FunctionRuntime.Instance start() throws InvalidDefinitionException {
        var code = fresh();
        var scope = Objects.requireNonNullElseGet(code.takeFirst(), () -> scope(code.leftovers()));
        code.used();
        shared.loading.put(Thread.currentThread(), () -> code.stop(scope));
        try (var _ = scope.enter(code.loader)) {
            var opened = shared.fdk.bridge().open(code.type, code.method, config(), code.loader.mapper());
            refuseExit(scope);
            return new JavaInstance(code, scope, opened, shared.answerBytes);
        } catch (Throwable e) {
            code.unused();
            throw failed(scope, code.type.getName() + " cannot be started", e);
        } finally {
            shared.loading.remove(Thread.currentThread());
        }
    }

    private void forget(FunctionLoader spoilt) {
        var code = current.get();
        if (code != null && code.loader.equals(spoilt)) {
            current.compareAndSet(code, null);
        }
    }

    /// Code that no stopped call has left its traces in.
    private Code fresh() throws InvalidDefinitionException {
        var code = current.get();
        while (code == null && !closed) {
            var loaded = load();
            if (!current.compareAndSet(null, loaded) || closed) {
                shared.left.add(loaded.end());
            }
            code = current.get();
        }
        if (code == null || closed) {
            throw new InvalidDefinitionException(name + " was unloaded", "deploy it again");
        }
        return code;
    }

    /// A function may have caught what its System.exit threw.
    private static void refuseExit(Scope scope) {
        if (scope.exited() instanceof String call) {
            throw new IllegalStateException("function called " + call);
        }
    }

    private Map<String, String> config() {
        return env.entrySet().stream()
                .filter(entry -> !NOT_CONFIG.contains(entry.getKey().toLowerCase(Locale.ROOT)))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /// The reason in a sentence; the stack trace and what the function printed go to the daemon's log, as there is no
    /// call that they could belong to.
    private InvalidDefinitionException failed(Scope scope, String what, Throwable thrown) {
        var exited = scope.exited();
        var why = exited == null ? Failure.message(thrown) : "function called " + exited;
        Failure.trace(thrown).forEach(scope.console()::line);
        LOG.log(
                System.Logger.Level.INFO,
                () -> name + ": " + what + ":\n"
                        + String.join("\n", scope.console().takeHeld()));
        return new InvalidDefinitionException(what + ": " + why, Failure.advice(thrown));
    }

    @Override
    public void close() {
        closed = true;
        var code = current.getAndSet(null);
        if (code != null) {
            shared.left.add(code.end());
        }
        files.close();
    }
}
