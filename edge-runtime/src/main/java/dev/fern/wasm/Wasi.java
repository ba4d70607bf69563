package dev.fern.wasm;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.ValType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The functions of WASI preview 1 (WASI repository, legacy/preview1/docs.md) by name: what each takes,
/// and what it does. There are no files and no sockets: what is about them returns an error number.
final class Wasi {
    static final String MODULE = "wasi_snapshot_preview1";

    /// Error numbers (`errno` there).
    static final int SUCCESS = 0;

    static final int BADF = 8;
    static final int INVAL = 28;
    static final int NOSYS = 52;
    static final int NOTDIR = 54;
    static final int NOTSOCK = 57;
    static final int NOTSUP = 58;
    static final int SPIPE = 70;

    private interface Body {
        int apply(CommandRun process, LinearMemory memory, long[] args);
    }

    /// @param type what it takes and returns
    private record Function(FunctionType type, Body body) {}

    private static final Map<String, Function> ALL = new HashMap<>();

    static {
        add("args_get", "ii", (process, memory, a) -> process.args.write(memory, (int) a[0], (int) a[1]));
        add("args_sizes_get", "ii", (process, memory, a) -> process.args.sizes(memory, (int) a[0], (int) a[1]));
        add("environ_get", "ii", (process, memory, a) -> process.env().write(memory, (int) a[0], (int) a[1]));
        add("environ_sizes_get", "ii", (process, memory, a) -> process.env().sizes(memory, (int) a[0], (int) a[1]));
        add("clock_res_get", "ii", (_, memory, a) -> Clocks.resolution(memory, (int) a[0], (int) a[1]));
        add("clock_time_get", "iIi", (process, memory, a) -> process.clocks.time(memory, (int) a[0], (int) a[2]));
        add("random_get", "ii", (process, memory, a) -> process.random(memory, (int) a[0], (int) a[1]));
        add("sched_yield", "", (_, _, _) -> SUCCESS);
        add(
                "poll_oneoff",
                "iiii",
                (process, memory, a) -> process.clocks.poll(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3]));
        add("proc_raise", "i", (_, _, _) -> NOSYS);

        add(
                "fd_read",
                "iiii",
                (process, memory, a) -> process.streams.read(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3]));
        add(
                "fd_write",
                "iiii",
                (process, memory, a) -> process.streams.write(memory, (int) a[0], (int) a[1], (int) a[2], (int) a[3]));
        add("fd_close", "i", (process, _, a) -> process.streams.close((int) a[0]));
        add("fd_fdstat_get", "ii", (process, memory, a) -> process.streams.fdstat(memory, (int) a[0], (int) a[1]));
        add("fd_filestat_get", "ii", (process, memory, a) -> process.streams.filestat(memory, (int) a[0], (int) a[1]));
        add("fd_fdstat_set_flags", "ii", (process, _, a) -> process.streams.otherwise((int) a[0], SUCCESS));
        streams(SPIPE, "fd_seek iIii", "fd_tell ii", "fd_pread iiiIi", "fd_pwrite iiiIi", "fd_advise iIIi");
        streams(INVAL, "fd_allocate iII", "fd_sync i", "fd_datasync i", "fd_filestat_set_size iI");
        streams(NOTSUP, "fd_fdstat_set_rights iII", "fd_filestat_set_times iIIi", "fd_renumber ii");
        streams(NOTDIR, "fd_readdir iiiIi", "path_create_directory iii", "path_filestat_get iiiii");
        streams(NOTDIR, "path_filestat_set_times iiiiIIi", "path_link iiiiiii", "path_open iiiiiIIii");
        streams(NOTDIR, "path_readlink iiiiii", "path_remove_directory iii", "path_rename iiiiii");
        streams(NOTDIR, "path_unlink_file iii");
        streams(NOTSOCK, "sock_accept iii", "sock_recv iiiiii", "sock_send iiiii", "sock_shutdown ii");
        add("path_symlink", "iiiii", (process, _, a) -> process.streams.otherwise((int) a[2], NOTDIR));
        add("fd_prestat_get", "ii", (_, _, _) -> BADF); // none is a folder, which a program asks for one by one
        add("fd_prestat_dir_name", "iii", (_, _, _) -> BADF);
        ALL.put("proc_exit", new Function(type("i", List.of()), (_, _, a) -> {
            throw new Exit((int) a[0]);
        }));
    }

    private Wasi() {}

    private static void add(String name, String params, Body body) {
        ALL.put(name, new Function(type(params, List.of(ValType.I32)), body));
    }

    /// Functions of files, of which the first parameter is one: the error number when it is a stream.
    private static void streams(int errno, String... namesAndParams) {
        for (var one : namesAndParams) {
            int space = one.indexOf(' ');
            add(
                    one.substring(0, space),
                    one.substring(space + 1),
                    (process, _, a) -> process.streams.otherwise((int) a[0], errno));
        }
    }

    private static FunctionType type(String params, List<ValType> results) {
        return FunctionType.of(
                params.chars()
                        .mapToObj(letter -> letter == 'I' ? ValType.I64 : ValType.I32)
                        .toList(),
                results);
    }

    /// What that function takes and returns, or null if there is none of that name.
    static @Nullable FunctionType type(String name) {
        var function = ALL.get(name);
        return function == null ? null : function.type;
    }

    /// The function of that name, for the process that there is when it is called.
    static ImportFunction function(String name, Supplier<CommandRun> current) {
        var function = ALL.get(name);
        if (function == null) {
            throw new IllegalArgumentException(name); // refused when the code was loaded
        }
        boolean answers = !function.type.returns().isEmpty();
        return new HostFunction(MODULE, name, function.type, (Instance instance, long... args) -> {
            var process = current.get();
            process.check();
            int errno = function.body.apply(process, (LinearMemory) instance.memory(), args);
            return answers ? new long[] {errno} : new long[0];
        });
    }
}
