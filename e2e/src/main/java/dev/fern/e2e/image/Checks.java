package dev.fern.e2e.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What was looked at, and what of it was not as it should be. One thread.
final class Checks {
    private final List<String> broken = new ArrayList<>();
    private final long startNanos = System.nanoTime();

    /// Prints a line with the time since the start.
    void say(String line) {
        System.out.printf("%5d s  %s%n", (System.nanoTime() - startNanos) / 1_000_000_000, line);
    }

    /// Notes whether what was promised holds.
    ///
    /// @param seen what was seen instead, for when it does not
    void hold(boolean holds, String promise, String seen) {
        say((holds ? "ok      " : "BROKEN  ") + promise);
        if (!holds) {
            System.out.println(seen.indent(9));
            broken.add(promise);
        }
    }

    /// Notes whether commands on the device write that.
    void writes(Guest guest, String commands, String expected, String promise)
            throws IOException, InterruptedException {
        var written = guest.run("{ " + commands + "; } 2>&1 || true").strip();
        hold(written.equals(expected), promise, "instead of '" + expected + "': " + written);
    }

    boolean allKept() {
        return broken.isEmpty();
    }

    List<String> broken() {
        return List.copyOf(broken);
    }
}
