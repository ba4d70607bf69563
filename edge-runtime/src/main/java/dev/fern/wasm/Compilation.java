package dev.fern.wasm;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.CompiledModule;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.OpCode;
import dev.fern.InvalidDefinitionException;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes code that runs of a file. Takes long (0.2 s and more) and much memory, once for each version of
/// a function.
final class Compilation {
    /// Heap for each byte of code that is compiled: 75 bytes measured, and as much for everybody else.
    static final int HEAP_PER_BYTE = 150;

    /// One at a time, as the heap is for one.
    private static final ReentrantLock ONE = new ReentrantLock();

    private static final System.Logger LOG = System.getLogger("fern.wasm");

    /// Instructions that change what [Code.Running#reset] does not bring back.
    private static final Set<OpCode> LASTING = EnumSet.of(
            OpCode.TABLE_SET,
            OpCode.TABLE_GROW,
            OpCode.TABLE_FILL,
            OpCode.TABLE_COPY,
            OpCode.TABLE_INIT,
            OpCode.ELEM_DROP,
            OpCode.MEMORY_INIT,
            OpCode.DATA_DROP,
            OpCode.THROW,
            OpCode.THROW_REF);

    private final String name;
    private final Binary binary;
    private final int memoryMb;
    private final Budget budget;

    /// @param name of the function, for the log
    Compilation(String name, Binary binary, int memoryMb, Budget budget) {
        this.name = name;
        this.binary = binary;
        this.memoryMb = memoryMb;
        this.budget = budget;
    }

    Code run() throws InvalidDefinitionException {
        try {
            ONE.lockInterruptibly();
        } catch (InterruptedException e) {
            throw new InvalidDefinitionException("compiling was interrupted", "deploy it again");
        }
        try {
            return compile();
        } finally {
            ONE.unlock();
        }
    }

    private Code compile() throws InvalidDefinitionException {
        long heap = Runtime.getRuntime().maxMemory();
        if ((long) binary.codeBytes() * HEAP_PER_BYTE > heap) {
            throw new InvalidDefinitionException(
                    "compiling " + (binary.codeBytes() >> 10)
                            + " KB of WebAssembly takes more memory than the daemon has (" + (heap >> 20) + " MB)",
                    Advice.SMALLER);
        }
        try {
            var module = Parser.parse(binary.plain());
            return finish(module, Checks.of(module, memoryMb));
        } catch (RuntimeException e) { // the parser trusts the numbers of a file here and there
            throw new InvalidDefinitionException(
                    "the WebAssembly file makes no sense: " + e.getMessage(),
                    "build it again, and " + Advice.PREVIEW_1);
        } catch (StackOverflowError | OutOfMemoryError | LinkageError e) {
            throw new InvalidDefinitionException("the WebAssembly file cannot be compiled: " + e, Advice.SMALLER);
        }
    }

    private Code finish(WasmModule module, int mostPages) throws InvalidDefinitionException {
        boolean resettable = module.startSection().isEmpty() && !uses(module, LASTING);
        var limits = new Code.Limits(mostPages, resettable, budget);
        var blank = Parser.parse(binary.husk(true, false));
        if (compiled(module, InterpreterFallback.FAIL) instanceof CompiledModule all) {
            return Code.of(Parser.parse(binary.husk(!resettable, true)), blank, all.machineFactory(), limits);
        }
        LOG.log(
                Level.INFO,
                "{0}: a function in the WebAssembly file is too large for the JVM and will be interpreted, which is"
                        + " 100 to 1000 times slower; to change that, split it or build with -Os",
                name);
        if (compiled(module, InterpreterFallback.SILENT) instanceof CompiledModule most) {
            return Code.of(module, blank, most.machineFactory(), limits); // the interpreter reads the module's code
        }
        throw new InvalidDefinitionException("the WebAssembly file cannot be compiled", Advice.SMALLER);
    }

    /// Null if there is a function in it that is too large for a method of the JVM.
    private static @Nullable Function<Instance, Machine> compiled(WasmModule module, InterpreterFallback fallback) {
        try {
            return MachineFactoryCompiler.builder(module)
                    .withInterpreterFallback(fallback)
                    .compile();
        } catch (ChicoryException e) {
            return null;
        }
    }

    private static boolean uses(WasmModule module, Set<OpCode> which) {
        return Arrays.stream(module.codeSection().functionBodies())
                .anyMatch(body -> body.instructions().stream().anyMatch(one -> which.contains(one.opcode())));
    }
}
