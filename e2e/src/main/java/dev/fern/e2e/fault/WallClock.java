package dev.fern.e2e.fault;

import dev.fern.e2e.Sandbox;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The daemon's wall clock, which can be set. See `clock.c`.
final class WallClock implements Extra {
    private @Nullable Path control;

    @Override
    public Map<String, String> prepare(Sandbox sandbox, Path functions) throws IOException, InterruptedException {
        var variables = new HashMap<>(Preload.make(sandbox, "clock"));
        control = Files.write(sandbox.folder().resolve("wall-clock"), new byte[Long.BYTES]);
        variables.put("FERN_FAULT_CLOCK", control.toString());
        return variables;
    }

    /// Lets it show so much more than this machine's, from now on.
    void ahead(Duration time) throws IOException {
        if (control == null) {
            throw new IllegalStateException("not prepared");
        }
        var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        // in place, as it is mapped
        Files.write(control, bytes.putLong(time.toSeconds()).array(), StandardOpenOption.WRITE);
    }
}
