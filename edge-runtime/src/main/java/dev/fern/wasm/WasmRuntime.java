package dev.fern.wasm;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import dev.fern.Metrics;
import org.jspecify.annotations.Nullable;

/// Runs WebAssembly functions in this JVM: commands for WASI preview 1, which get the body on standard
/// input and the call in the environment, and answer on standard output.
///
/// Each call has a memory of its own, which begins as the file says; nothing of a call is left for the
/// next. There are no files and no sockets. Names no class of the WebAssembly engine: it is loaded with
/// the first such function.
public final class WasmRuntime implements FunctionRuntime {
    private final int answerBytes;
    private final Metrics metrics;
    private @Nullable Budget budget;

    /// @param answerBytes the largest answer; a larger one fails the call
    public WasmRuntime(int answerBytes, Metrics metrics) {
        this.answerBytes = answerBytes;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "wasm";
    }

    /// Whether the image has `/function/func.wasm` or names a `.wasm` to start, and the function shall
    /// not have a process of its own.
    @Override
    public boolean canRun(Fn fn, Bundle bundle) {
        return fn.isolation() != Fn.Isolation.PROCESS && CommandFile.of(bundle) != null;
    }

    @Override
    public Program load(Fn fn, Bundle bundle) throws InvalidDefinitionException {
        var file = CommandFile.of(bundle);
        if (file == null) {
            throw new InvalidDefinitionException(
                    "the image of " + fn.name() + " has no func.wasm", "copy it to /function/func.wasm");
        }
        if (fn.isolation() == Fn.Isolation.ISOLATE) {
            throw new InvalidDefinitionException(
                    "there is no isolated heap for WebAssembly",
                    "remove fern/isolation: each call has a memory of its own without it");
        }
        var name = fn.name().toString();
        var binary = Binary.of(file.read(bundle.root()));
        var code = new Compilation(name, binary, fn.memoryMb(), budget()).run();
        return new WasmProgram(
                name,
                code,
                file.args(),
                Environment.of(fn, bundle),
                answerBytes,
                metrics.counter("fern_function_output_cut_total", "fn", name));
    }

    private synchronized Budget budget() {
        if (budget == null) {
            var fresh = new Budget(Runtime.getRuntime().maxMemory() / Budget.PART_OF_HEAP);
            metrics.gauge(fresh::taken, "fern_wasm_memory_bytes");
            budget = fresh;
        }
        return budget;
    }

    @Override
    public void close() {
        // programs hold all there is, and close by themselves
    }
}
