package dev.fern.polyglot;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs JavaScript functions that were written for Fn's Node FDK (`@fnproject/fdk`), in this JVM, on
/// GraalJS.
///
/// Each instance has a context of its own: no file, no network, no thread, nothing of Java. GraalJS is
/// an optional set of jars, and no class of it is loaded before the first function needs it; without
/// the jars such a function is invalid.
public final class JavaScriptRuntime implements FunctionRuntime {
    /// Bytes of an answer, unless told otherwise.
    public static final int ANSWER_BYTES = 6 << 20;

    /// How long the end of all contexts is waited for.
    static final Duration CLOSE = Duration.ofSeconds(5);

    private static final String[] JARS = {"org.graalvm.polyglot.Engine", "com.oracle.truffle.js.lang.JavaScriptLanguage"
    };

    private final int answerBytes;
    private final Metrics metrics;
    private @Nullable Engines engines;

    /// @param answerBytes the largest answer; a larger one fails the call
    public JavaScriptRuntime(int answerBytes, Metrics metrics) {
        this.answerBytes = answerBytes;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "javascript";
    }

    /// Whether the image starts node with a script, or has `/function/func.js`, and the function does
    /// not ask for a process.
    @Override
    public boolean canRun(Fn fn, Bundle bundle) {
        return fn.isolation() != Fn.Isolation.PROCESS && Script.of(bundle) != null;
    }

    @Override
    public Program load(Fn fn, Bundle bundle) throws InvalidDefinitionException {
        var script = Script.of(bundle);
        if (script == null) {
            throw new InvalidDefinitionException(
                    "the image of " + fn.name() + " has no func.js", "put it into the image as /function/func.js");
        }
        if (!isInstalled()) {
            throw new InvalidDefinitionException(
                    "the part of Fern that runs JavaScript is not installed", "run: apt install fern-javascript");
        }
        var label = fn.name().toString();
        var cut = metrics.counter("fern_function_output_cut_total", "fn", label);
        return engines().program(fn, bundle, script, new JavaScriptProgram.Bounds(env(fn, bundle), answerBytes, cut));
    }

    /// Loads none of its classes' code.
    private static boolean isInstalled() {
        try {
            for (var name : JARS) {
                Class.forName(name, false, JavaScriptRuntime.class.getClassLoader());
            }
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private synchronized Engines engines() {
        if (engines == null) {
            engines = new Engines();
        }
        return engines;
    }

    /// What an Fn server gives a container (fn/api/agent/call.go, buildConfig), over what the image
    /// has; without a listener, as there is no socket. The names are those that the FDK reads where a
    /// server sets them.
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

    /// Ends all contexts, whatever they do. Does not wait for code that cannot be ended.
    @Override
    public synchronized void close() {
        if (engines != null) {
            engines.close();
        }
    }
}
