package dev.fern.invoke;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import java.util.ArrayDeque;

/// One loaded version of a function with its workers. Its fields belong to the invoker's lock.
public final class Version {
    final Fn fn;
    final Bundle bundle;
    final FunctionRuntime runtime;
    final FunctionRuntime.Program program;

    /// Workers that wait for a call.
    final ArrayDeque<Worker> idle = new ArrayDeque<>();

    int workers;
    int running;
    final Conduct conduct;
    boolean retired;
    boolean freed;

    Version(Fn fn, Bundle bundle, FunctionRuntime runtime, FunctionRuntime.Program program) {
        this.fn = fn;
        conduct = new Conduct(fn.name());
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
