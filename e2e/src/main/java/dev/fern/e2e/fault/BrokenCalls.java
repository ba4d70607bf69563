package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lets system calls of the daemon fail for its state folder, as a card does that is worn out. See `io.c`.
final class BrokenCalls implements Extra {
    /// Which calls fail.
    enum Call {
        SYNC(1),
        WRITE(2),
        RENAME(4);

        private final int code;

        Call(int code) {
            this.code = code;
        }
    }

    /// errno(3) on Linux.
    enum Errno {
        EIO(5),
        ENOSPC(28);

        private final int code;

        Errno(int code) {
            this.code = code;
        }
    }

    private @Nullable Path control;

    @Override
    public Map<String, String> prepare(Sandbox sandbox, Path functions) throws IOException, InterruptedException {
        var variables = new HashMap<>(Preload.make(sandbox, "io"));
        control = Files.write(sandbox.folder().resolve("broken-calls"), new byte[16]);
        variables.put("FERN_FAULT_CONTROL", control.toString());
        // the state folder is in it, and the daemon writes nothing else there
        variables.put("FERN_FAULT_FOLDER", sandbox.folder().toString());
        return variables;
    }

    /// From now on that call fails.
    void fail(Call call, Errno errno) throws IOException {
        write(call.code, errno.code);
    }

    /// All works again.
    void mend() throws IOException {
        write(0, 0);
    }

    private void write(int call, int errno) throws IOException {
        if (control == null) {
            throw new IllegalStateException("not prepared");
        }
        // in place, as it is mapped
        Files.write(control, new byte[] {(byte) call, (byte) errno}, StandardOpenOption.WRITE);
    }
}
