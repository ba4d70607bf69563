package dev.fern.polyglot;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.SandboxPolicy;
import org.graalvm.polyglot.Source;
import org.jspecify.annotations.Nullable;

/// The engine that all JavaScript functions share, with its code parsed once. With its classes those of
/// GraalJS are loaded.
final class Engines implements AutoCloseable {
    /// That of the jars, which do not say it themselves; `graaljs.version` of the pom.
    static final String VERSION = "25.0.2";

    private static final String JS = "js";
    /// What Truffle does when it cannot put its native library into the home of the user, where a
    /// daemon has none: nothing, as the library is for the compiler that is not here.
    private static final String WITHOUT_HOME = "polyglotimpl.AttachLibraryFailureAction";

    private static final HostAccess HOST = HostAccess.newBuilder(HostAccess.CONSTRAINED)
            .allowBufferAccess(true)
            .build();
    private static final Map<String, Source> OWN = new ConcurrentHashMap<>();

    private @Nullable Engine shared;

    JavaScriptProgram program(Fn fn, Bundle bundle, Script script, JavaScriptProgram.Bounds bounds)
            throws InvalidDefinitionException {
        if (fn.isolation() == Fn.Isolation.ISOLATE) {
            var own = isolated();
            try {
                return new JavaScriptProgram(fn, bundle, script, bounds, own, own);
            } catch (InvalidDefinitionException | RuntimeException e) {
                own.close(true);
                throw e;
            }
        }
        return new JavaScriptProgram(fn, bundle, script, bounds, shared(), null);
    }

    private synchronized Engine shared() {
        if (shared == null) {
            if (System.getProperty(WITHOUT_HOME) == null) {
                System.setProperty(WITHOUT_HOME, "ignore");
            }
            EngineLimits.set(Runtime.getRuntime().maxMemory());
            EngineCode.change();
            shared = builder().build();
        }
        return shared;
    }

    private static Engine isolated() throws InvalidDefinitionException {
        try {
            return builder().option("engine.SpawnIsolate", JS).build();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new InvalidDefinitionException(
                    "this device's Java cannot give JavaScript a heap of its own (fern/isolation: isolate)",
                    "use fern/isolation: context, or process");
        }
    }

    private static Engine.Builder builder() {
        return Engine.newBuilder(JS)
                .sandbox(SandboxPolicy.CONSTRAINED)
                .out(OutputStream.nullOutputStream())
                .err(OutputStream.nullOutputStream())
                .option("engine.WarnInterpreterOnly", "false");
    }

    /// A new context: the language alone.
    static Context context(Engine engine) {
        return Context.newBuilder(JS)
                .engine(engine)
                .sandbox(SandboxPolicy.CONSTRAINED)
                .allowHostAccess(HOST)
                .out(OutputStream.nullOutputStream())
                .err(OutputStream.nullOutputStream())
                .option("js.console", "false")
                .option("js.print", "false")
                .option("js.load", "false")
                .option("js.graal-builtin", "false")
                .option("js.text-encoding", "true")
                .option("js.unhandled-rejections", "throw")
                .build();
    }

    /// One of our own scripts, or null if there is none of that name.
    static @Nullable Source own(String name) {
        var known = OWN.get(name);
        if (known != null) {
            return known;
        }
        try (var file = Engines.class.getResourceAsStream(name + ".js")) {
            if (file == null) {
                return null;
            }
            var source = source("fern:" + name, new String(file.readAllBytes(), StandardCharsets.UTF_8), true);
            OWN.put(name, source);
            return source;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Source source(String name, String text, boolean internal) {
        return Source.newBuilder(JS, text, name).internal(internal).buildLiteral();
    }

    @Override
    public synchronized void close() {
        if (shared instanceof Engine engine) {
            var closing = Thread.ofPlatform().name("fern-js-close").daemon(true).start(() -> engine.close(true));
            try {
                closing.join(JavaScriptRuntime.CLOSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
