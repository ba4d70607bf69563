package dev.fern.wasm;

import dev.fern.FunctionRuntime;
import dev.fern.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The compiled code of one version of a WebAssembly function.
final class WasmProgram implements FunctionRuntime.Program {
    private final String name;
    private final Strings args;
    private final Map<String, String> env;
    private final int answerBytes;
    private final LongAdder cut;
    private volatile @Nullable Code code;

    /// @param cut counts the calls whose output was cut
    WasmProgram(String name, Code code, List<String> args, Map<String, String> env, int answerBytes, LongAdder cut) {
        this.name = name;
        this.code = code;
        this.args = new Strings(args);
        this.env = Map.copyOf(env);
        this.answerBytes = answerBytes;
        this.cut = cut;
    }

    /// Null when it is closed.
    @Nullable Code code() {
        return code;
    }

    Strings args() {
        return args;
    }

    Map<String, String> env() {
        return env;
    }

    int answerBytes() {
        return answerBytes;
    }

    @Override
    public FunctionRuntime.Instance start() throws InvalidDefinitionException {
        if (code == null) {
            throw new InvalidDefinitionException(name + " was unloaded", "deploy it again");
        }
        return new WasmInstance(this, cut);
    }

    @Override
    public void close() {
        code = null;
    }
}
