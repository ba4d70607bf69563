package dev.fern.invoke;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.Result;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;

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
    /// Hears how each call ended, by its id, under the invoker's lock.
    BiConsumer<String, Result> judge = (_, _) -> {};
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

    /// Before it is installed: from then on that hears how each of its calls ended, by the call's id. It must be short.
    public void judge(BiConsumer<String, Result> judge) {
        this.judge = judge;
    }

    /// `java`, `javascript`, `wasm` or `process`.
    public String runtime() {
        return runtime.name();
    }

    /// A call of it has ended. Under the invoker's lock.
    ///
    /// @param harmful as [Conduct#ended] has it
    void ended(Job job, boolean harmful, Result result) {
        conduct.ended(harmful, result);
        judge.accept(job.call.id(), result);
    }

    /// Frees a version that was never installed.
    public void discard() {
        program.close();
    }
}
