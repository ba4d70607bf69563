package dev.fern.wasm;

import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import java.util.HashSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A compiled module, to make instances of. Any thread; what it holds is collected with it.
///
/// @param husk the module without what was compiled
/// @param machine makes what runs an instance
/// @param memory what each instance's memory begins with, null if it has none
record Code(WasmModule husk, Function<Instance, Machine> machine, byte @Nullable [][] memory, Limits limits) {

    /// @param mostPages to which its memory may grow
    /// @param resettable whether an instance can be made as new: it has no way to change its tables or
    /// segments
    /// @param budget of all memories
    record Limits(int mostPages, boolean resettable, Budget budget) {}

    /// Entries of all tables of an instance; a program has one for each function whose address it takes.
    static final int TABLE_ENTRIES = 100_000;
    /// Tables of an instance. Compilers make one.
    static final int TABLES = 8;

    /// An instance with its memory, before `_start`. One thread.
    static final class Running {
        private final Instance instance;
        private final @Nullable LinearMemory memory;
        private final long[] globals;

        private Running(Instance instance, @Nullable LinearMemory memory) {
            this.instance = instance;
            this.memory = memory;
            globals = new long[instance.globalCount()];
            for (int i = 0; i < globals.length; i++) {
                globals[i] = instance.global(i).getValue();
            }
        }

        /// Runs the whole command. Throws what ended it early: a trap, an exit.
        void start() {
            instance.export(Instance.START_FUNCTION_NAME).apply();
        }

        /// Of the classes that its code was compiled to.
        ClassLoader loader() {
            return instance.getMachine().getClass().getClassLoader();
        }

        /// As new, for the next call.
        void reset() {
            for (int i = 0; i < globals.length; i++) {
                GlobalInstance global = instance.global(i);
                global.setValue(globals[i]);
            }
            discard();
        }

        /// Gives its memory back.
        void discard() {
            if (memory != null) {
                memory.forget();
            }
        }
    }

    /// Code of that module, with what its memory begins with taken out of it.
    ///
    /// @param blank the module with its data, without its start function
    static Code of(WasmModule husk, WasmModule blank, Function<Instance, Machine> machine, Limits limits) {
        var first = blank.memorySection()
                .map(section -> LinearMemory.blank(section.getMemory(0).limits().initialPages()))
                .orElse(null);
        build(blank, machine, first, () -> {
            throw new IllegalStateException("runs nothing");
        });
        return new Code(husk, machine, first == null ? null : first.freeze(), limits);
    }

    /// A new instance. Its start function, if it has one, runs here.
    ///
    /// @param process whose functions it calls, at each time
    Running instantiate(Supplier<CommandRun> process) {
        var linear = memory == null ? null : LinearMemory.of(memory, limits.mostPages, limits.budget);
        try {
            return new Running(build(husk, machine, linear, process), linear);
        } catch (Throwable e) {
            if (linear != null) {
                linear.forget();
            }
            throw e;
        }
    }

    private static Instance build(
            WasmModule module,
            Function<Instance, Machine> machine,
            @Nullable LinearMemory memory,
            Supplier<CommandRun> process) {
        var imports = ImportValues.builder();
        var names = new HashSet<String>();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            var name = module.importSection().getImport(i).name();
            if (names.add(name)) {
                imports.addFunction(Wasi.function(name, process));
            }
        }
        var builder = Instance.builder(module)
                .withMachineFactory(machine)
                .withImportValues(imports.build())
                .withTableFactory(Code::table)
                .withStart(false);
        if (memory != null) {
            builder.withMemoryFactory(_ -> memory);
        }
        return builder.build();
    }

    /// Of its own: Chicory's would let a table that grew make the next instance's larger
    /// (TableInstance.grow).
    static TableInstance table(Table table, int initial) {
        var limits = table.limits();
        long most = Math.max(limits.min(), Math.min(limits.max(), TABLE_ENTRIES));
        return new TableInstance(
                new Table(table.elementType(), new TableLimits(limits.min(), most), table.initialize()), initial);
    }
}
