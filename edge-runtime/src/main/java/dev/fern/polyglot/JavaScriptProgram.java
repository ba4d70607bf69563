package dev.fern.polyglot;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.jspecify.annotations.Nullable;

/// The loaded code of one version of a JavaScript function: its files, parsed once for all instances.
final class JavaScriptProgram implements FunctionRuntime.Program {
    private static final System.Logger LOG = System.getLogger("fern.polyglot");

    /// What an instance is given and may give.
    record Bounds(Map<String, String> env, int answerBytes, LongAdder cut) {}

    final Fn fn;
    final Script script;
    final Bounds bounds;
    final BundleFiles files;
    private final Engine engine;
    private final @Nullable Engine own;
    private final Map<String, Source> sources = new ConcurrentHashMap<>();
    /// Where the code was tried: the first instance goes on with it.
    private final AtomicReference<@Nullable Machine> first = new AtomicReference<>();

    private volatile boolean closed;

    /// Runs the script's body, to see that it is a function.
    ///
    /// @param own an engine of this program alone, closed with it; else null
    JavaScriptProgram(Fn fn, Bundle bundle, Script script, Bounds bounds, Engine engine, @Nullable Engine own)
            throws InvalidDefinitionException {
        this.fn = fn;
        this.script = script;
        this.bounds = bounds;
        this.engine = engine;
        this.own = own;
        try {
            files = new BundleFiles(bundle.root());
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "the image of " + fn.name() + " cannot be read: " + e, "deploy it again");
        }
        first.set(machine());
    }

    private Machine machine() throws InvalidDefinitionException {
        var machine = new Machine(this, Engines.context(engine));
        try (var guard = new StartGuard(machine::stop, fn.memoryMb())) {
            try {
                machine.start();
                return machine;
            } catch (PolyglotException e) {
                throw machine.failure().invalid(e, guard.tripped());
            } catch (Doomed.End e) {
                throw machine.failure().stopped(String.valueOf(guard.tripped()));
            }
        } catch (InvalidDefinitionException | RuntimeException e) {
            var printed = machine.console().takeHeld();
            machine.close();
            if (!printed.isEmpty()) {
                LOG.log(Level.INFO, () -> fn.name() + " printed while it was loaded:\n" + String.join("\n", printed));
            }
            throw e;
        }
    }

    /// The code of a module, as the body of a function.
    Source source(String path) throws IOException {
        var known = sources.get(path);
        if (known == null) {
            known = Engines.source(path, Wrapper.around(files.read(path)), false);
            sources.put(path, known);
        }
        return known;
    }

    @Override
    public FunctionRuntime.Instance start() throws InvalidDefinitionException {
        if (closed) {
            throw new InvalidDefinitionException(fn.name() + " was unloaded", "deploy it again");
        }
        var tried = first.getAndSet(null);
        return new JavaScriptInstance(tried == null ? machine() : tried);
    }

    @Override
    public void close() {
        closed = true;
        if (first.getAndSet(null) instanceof Machine unused) {
            unused.close();
        }
        if (own != null) {
            own.close(true);
        }
        sources.clear();
    }
}
