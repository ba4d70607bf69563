package dev.fern.wasm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import dev.fern.InvalidDefinitionException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Whether a module is a command that can run here.
final class Checks {
    /// Pages are 64 KB.
    private static final int PAGES_PER_MB = 16;

    private Checks() {}

    /// @return to how many pages its memory may grow
    static int of(WasmModule module, int memoryMb) throws InvalidDefinitionException {
        imports(module);
        start(module);
        types(module);
        tables(module);
        return memory(module, memoryMb);
    }

    private static void imports(WasmModule module) throws InvalidDefinitionException {
        var unknown = new ArrayList<String>();
        boolean components = false;
        var section = module.importSection();
        for (int i = 0; i < section.importCount(); i++) {
            var wanted = section.getImport(i);
            if (!(wanted instanceof FunctionImport function) || !isKnown(module, function)) {
                unknown.add(wanted.module() + "." + wanted.name());
                components |= wanted.module().startsWith("wasi:");
            }
        }
        if (components) {
            throw new InvalidDefinitionException("the file is built for WASI preview 2", Advice.PREVIEW_1);
        }
        if (!unknown.isEmpty()) {
            int shown = Math.min(unknown.size(), 8);
            throw new InvalidDefinitionException(
                    "the file needs what WASI preview 1 does not have: " + String.join(", ", unknown.subList(0, shown))
                            + (shown < unknown.size() ? " and " + (unknown.size() - shown) + " more" : ""),
                    Advice.PREVIEW_1);
        }
        if (section.importCount() > 0 && module.memorySection().isEmpty()) {
            throw new InvalidDefinitionException("the file has no memory of its own", Advice.PREVIEW_1);
        }
    }

    private static boolean isKnown(WasmModule module, FunctionImport function) {
        return function.module().equals(Wasi.MODULE)
                && module.typeSection().getType(function.typeIndex()).equals(Wasi.type(function.name()));
    }

    private static void start(WasmModule module) throws InvalidDefinitionException {
        var type = startType(module);
        if (type == null) {
            throw new InvalidDefinitionException("the file has no function _start", Advice.COMMAND);
        }
        if (!type.equals(FunctionType.empty())) {
            throw new InvalidDefinitionException("its function _start takes or returns something", Advice.COMMAND);
        }
    }

    private static @Nullable FunctionType startType(WasmModule module) {
        var exports = module.exportSection();
        int imported = module.importSection().count(ExternalType.FUNCTION);
        for (int i = 0; i < exports.exportCount(); i++) {
            var export = exports.getExport(i);
            if (export.name().equals(Instance.START_FUNCTION_NAME) && export.exportType() == ExternalType.FUNCTION) {
                return export.index() < imported
                        ? null
                        : module.typeSection()
                                .getType(module.functionSection().getFunctionType(export.index() - imported));
            }
        }
        return null;
    }

    /// Structures and arrays of the garbage collection proposal live in the daemon's heap, where nothing
    /// bounds them.
    private static void types(WasmModule module) throws InvalidDefinitionException {
        var types = module.typeSection();
        for (int i = 0; i < types.subTypeCount(); i++) {
            var type = types.getSubType(i).compType();
            if (type.arrayType() != null || type.structType() != null) {
                throw new InvalidDefinitionException(
                        "the file uses garbage-collected types, whose memory cannot be limited",
                        "build it for linear memory");
            }
        }
    }

    private static void tables(WasmModule module) throws InvalidDefinitionException {
        long entries = 0;
        for (int i = 0; i < module.tableSection().tableCount(); i++) {
            entries += module.tableSection().getTable(i).limits().min();
        }
        if (entries > Code.TABLE_ENTRIES || module.tableSection().tableCount() > Code.TABLES) {
            throw new InvalidDefinitionException(
                    "the file's tables have " + entries + " entries, the most are " + Code.TABLE_ENTRIES + " in "
                            + Code.TABLES + " tables",
                    Advice.SMALLER);
        }
    }

    private static int memory(WasmModule module, int memoryMb) throws InvalidDefinitionException {
        var section = module.memorySection().orElse(null);
        if (section == null || section.memoryCount() == 0) {
            return 0;
        }
        var limits = section.getMemory(0).limits();
        if (section.memoryCount() > 1 || limits.shared()) {
            throw new InvalidDefinitionException(
                    "the file has " + (limits.shared() ? "a memory for threads" : "several memories"),
                    "build it without threads, with one memory");
        }
        int most = Math.clamp((long) memoryMb * PAGES_PER_MB, 1, Short.MAX_VALUE);
        if (limits.initialPages() > most) {
            throw new InvalidDefinitionException(
                    "it begins with " + Math.ceilDiv(limits.initialPages(), PAGES_PER_MB)
                            + " MB of memory and may have " + memoryMb + " MB",
                    "set memory in func.yaml to more, or build it with less");
        }
        return Math.min(most, limits.maximumPages());
    }
}
