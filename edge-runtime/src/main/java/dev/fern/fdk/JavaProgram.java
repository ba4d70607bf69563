package dev.fern.fdk;

import dev.fern.Console;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import java.lang.reflect.Method;
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
    record Shared(FdkLoader fdk, int answerBytes, LongAdder cut, LongAdder left) {}

    /// What goes when the program is closed, so that one who keeps it keeps nothing of the function.
    private record Code(FunctionLoader loader, Class<?> type, Method method) {}

    private final String name;
    private final Shared shared;
    private final Map<String, String> env;
    private final FunctionFiles files;
    private final Leftovers leftovers = new Leftovers();
    /// Where the code was loaded: the first instance goes on in it, with the threads and the output of the loading.
    private final AtomicReference<@Nullable Scope> first = new AtomicReference<>();

    private volatile @Nullable Code code;

    /// Takes the files over: they are closed with it, or at once if it cannot be made.
    JavaProgram(String name, Handler handler, Map<String, String> env, FunctionFiles files, Shared shared)
            throws InvalidDefinitionException {
        this.name = name;
        this.env = env;
        this.files = files;
        this.shared = shared;
        var scope = scope();
        var loader = new FunctionLoader(name, files, shared.fdk, scope);
        try (var _ = scope.enter(loader)) {
            var type = handler.type(loader);
            code = new Code(loader, type, handler.method(type));
            first.set(scope);
            refuseExit(scope);
        } catch (InvalidDefinitionException e) {
            end(loader);
            throw e;
        } catch (Throwable e) {
            var problem = failed(scope, handler + " cannot be loaded", e);
            end(loader);
            throw problem;
        }
    }

    private Scope scope() {
        return new Scope(env, new Console(shared.cut), leftovers);
    }

    @Override
    public FunctionRuntime.Instance start() throws InvalidDefinitionException {
        var loaded = code;
        if (loaded == null) {
            throw new InvalidDefinitionException(name + " was unloaded", "deploy it again");
        }
        var scope = Objects.requireNonNullElseGet(first.getAndSet(null), this::scope);
        try (var _ = scope.enter(loaded.loader)) {
            var opened = shared.fdk.bridge().open(loaded.type, loaded.method, config(), loaded.loader.mapper());
            refuseExit(scope);
            return new JavaInstance(loaded.loader, scope, opened, shared.answerBytes);
        } catch (Throwable e) {
            throw failed(scope, loaded.type.getName() + " cannot be started", e);
        }
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
    public synchronized void close() {
        var loaded = code;
        if (loaded != null) {
            code = null;
            end(loaded.loader);
        }
    }

    private void end(FunctionLoader loader) {
        shared.left.add(leftovers.end(loader));
        files.close();
    }
}
