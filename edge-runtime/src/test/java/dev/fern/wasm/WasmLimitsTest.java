package dev.fern.wasm;

import dev.fern.Bundle;
import dev.fern.FunctionRuntime;
import dev.fern.Metrics;
import dev.fern.invoke.LimitsContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Bad WebAssembly functions: a C program that does what the variable BAD says.
class WasmLimitsTest extends LimitsContract {
    private byte @Nullable [] program;

    @Override
    protected FunctionRuntime runtime() {
        return new WasmRuntime(Stage.ANSWER_BYTES, new Metrics());
    }

    @Override
    protected Bundle bundle(Path folder, String code) {
        try {
            var function = Files.createDirectories(folder.resolve("function"));
            if (program == null) {
                program = Clang.command(folder, "command.c");
            }
            Files.write(function.resolve("func.wasm"), program);
            return new Bundle("sha256:0", folder, List.of(), List.of(), Map.of("BAD", code), "/function");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Name, how the call ends, what its reason, answer or log says, the word in command.c.
    private static final String BAD = """
            loop | TIME |  | spin
            loop of one branch | TIME |  | tight
            loop of calls | TIME |  | recurse
            loop of indirect calls | TIME |  | indirect
            loop of copies | TIME |  | copy
            sleep | TIME |  | sleep 1000000
            loop that yields | TIME |  | yield
            loop that asks the time | TIME |  | clock
            loop that asks for random bytes | TIME |  | random
            loop that reads | TIME |  | read
            loop that writes nothing | TIME |  | empty
            loop that prints | TIME | the rest is dropped | errors
            loop of memory.grow | TIME |  | grab
            hog | FAILS |  | hog
            hog of memory.grow | FAILS | no more after | grow
            churn of garbage | ANSWERS | fine | churn
            unreachable | FAILS | trap: unreachable | trap
            abort | FAILS | trap: unreachable | abort
            division by zero | FAILS | trap: integer divide by zero | divide 0
            outside of its memory | FAILS | trap: out of bounds memory access | outside
            call of nothing | FAILS | trap: uninitialized element 0 | null 0
            call outside of its table | FAILS | trap: undefined element | null 99999
            deep recursion | FAILS | trap: call stack exhausted | deep
            huge answer | FAILS | the answer is larger than 65536 bytes | answer
            flood of output | ANSWERS | the rest is dropped | flood
            one endless line | ANSWERS | xxx... | line
            closed streams | FAILS | exit code 4 | close
            exit | FAILS | exit code 3 | exit 3
            exit with nothing said | ANSWERS |  | exit 0
            """;

    @Override
    protected List<Bad> bad() {
        return BAD.lines().map(Bad::parse).toList();
    }
}
