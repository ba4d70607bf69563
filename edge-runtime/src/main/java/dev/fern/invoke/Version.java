package dev.fern.invoke;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One loaded version of a function with its workers. Its fields belong to the invoker's lock.
public final class Version {
    /// How many of its threads may be stuck before the function is quarantined.
    static final int STUCK_MOST = 4;

    final Fn fn;
    final Bundle bundle;
    final FunctionRuntime runtime;
    final FunctionRuntime.Program program;

    /// Workers that wait for a call.
    final ArrayDeque<Worker> idle = new ArrayDeque<>();

    int workers;
    int running;
    int stuck;
    boolean retired;
    boolean freed;

    @Nullable String quarantine;

    Version(Fn fn, Bundle bundle, FunctionRuntime runtime, FunctionRuntime.Program program) {
        this.fn = fn;
        this.bundle = bundle;
        this.runtime = runtime;
        this.program = program;
    }

    public Fn fn() {
        return fn;
    }

    public Bundle bundle() {
        return bundle;
    }

    /// `java`, `javascript`, `wasm` or `process`.
    public String runtime() {
        return runtime.name();
    }

    /// Frees a version that was never installed.
    public void discard() {
        program.close();
    }
}
