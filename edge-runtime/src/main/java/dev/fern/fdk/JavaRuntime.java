package dev.fern.fdk;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Runs Java functions through the official Fn FDK, in this JVM.
///
/// A function has its classes for itself and shares the FDK and Jackson with the others. What it prints goes to the log
/// of the call; what would end or change the process does not. It is no security boundary.
///
/// From the first [#load] until [#close], [System#out] and [System#err] are streams that tell functions from
/// the daemon.
public final class JavaRuntime implements FunctionRuntime {
    /// Bytes of an answer, unless told otherwise.
    public static final int ANSWER_BYTES = 6 << 20;

    private final Path jars;
    private final int answerBytes;
    private final Metrics metrics;
    private final Map<Thread, Runnable> loading = new ConcurrentHashMap<>();
    private @Nullable FdkLoader fdk;
    private @Nullable StandardStreams streams;

    /// @param jars the folder with the FDK's jars, `lib/fdk`
    /// @param answerBytes the largest answer; a larger one fails the call
    public JavaRuntime(Path jars, int answerBytes, Metrics metrics) {
        this.jars = jars;
        this.answerBytes = answerBytes;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "java";
    }

    /// Whether the image names a `Class::method` and has Java code of its own under `/function/app`, and the function
    /// shall not have a process of its own.
    @Override
    public boolean canRun(Fn fn, Bundle bundle) {
        return fn.isolation() != Fn.Isolation.PROCESS
                && Handler.of(bundle) != null
                && hasCode(bundle.root().resolve("function/app"));
    }

    private static boolean hasCode(Path app) {
        if (!FunctionFiles.jars(app).isEmpty()) {
            return true;
        }
        try (var files = Files.walk(app)) {
            return files.anyMatch(file -> file.toString().endsWith(".class"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    @Override
    public Program load(Fn fn, Bundle bundle) throws InvalidDefinitionException {
        var handler = Handler.of(bundle);
        if (handler == null) {
            throw new InvalidDefinitionException(
                    "the image of " + fn.name() + " names no Class::method", "set cmd in func.yaml and deploy again");
        }
        if (fn.isolation() != Fn.Isolation.SHARED) {
            throw new InvalidDefinitionException(
                    "a Java function has no fern/isolation "
                            + fn.isolation().name().toLowerCase(Locale.ROOT),
                    "choose shared or process");
        }
        var label = fn.name().toString();
        var shared = new JavaProgram.Shared(
                fdk(),
                answerBytes,
                metrics.counter("fern_function_output_cut_total", "fn", label),
                metrics.counter("fern_function_threads_left_total", "fn", label),
                loading);
        var files = FunctionFiles.open(bundle.root());
        try {
            files.check();
        } catch (InvalidDefinitionException e) {
            files.close();
            throw e;
        }
        return new JavaProgram(fn, handler, env(fn, bundle), files, shared);
    }

    @Override
    public void stop(Thread loader) {
        var ending = loading.get(loader);
        if (ending != null) {
            ending.run();
        }
    }

    private synchronized FdkLoader fdk() throws InvalidDefinitionException {
        if (fdk == null) {
            try {
                fdk = new FdkLoader(jars, new Guests());
            } catch (IOException e) {
                throw new InvalidDefinitionException(
                        "the Fn FDK cannot be loaded: " + e.getMessage(), "install Fern again");
            }
            streams = new StandardStreams();
        }
        return fdk;
    }

    /// What an Fn server gives a container (fn/api/agent/call.go, buildConfig), over what the image has; without a
    /// listener, as there is no socket. The names are those that the FDK reads where a server sets them.
    private static Map<String, String> env(Fn fn, Bundle bundle) {
        var env = new HashMap<>(bundle.env());
        env.putAll(fn.config());
        env.put("FN_APP_ID", fn.appId());
        env.put("FN_APP_NAME", fn.name().app());
        env.put("FN_FN_ID", fn.id());
        env.put("FN_FN_NAME", fn.name().name());
        env.put("FN_MEMORY", String.valueOf(fn.memoryMb()));
        env.put("FN_TYPE", "sync");
        env.put("FN_FORMAT", "http-stream");
        return Map.copyOf(env);
    }

    @Override
    public synchronized void close() {
        if (streams != null) {
            streams.close();
        }
        if (fdk != null) {
            try {
                fdk.close();
            } catch (IOException e) {
                // only read from: nothing is lost
            }
        }
    }
}
