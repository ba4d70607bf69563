package dev.fern.process;

import dev.fern.Console;
import java.io.IOException;
import java.io.InputStream;

/// Takes what a process prints, at the process' pace, and hands it to its console: a flood is read and dropped there,
/// so that the process neither stops nor fills anything.
///
/// A line that arrives after the answer of its call goes to that call, until the next one begins.
final class Pump implements AutoCloseable {
    private static final long END_MS = 1000;

    private final InputStream in;
    private final Console console;
    private final Thread thread;

    Pump(String name, InputStream in, Console console) {
        this.in = in;
        this.console = console;
        thread = Thread.ofVirtual().name("fern-process-output " + name).start(this::run);
    }

    private void run() {
        var buffer = new byte[8 << 10];
        var out = console.out();
        try (in) {
            for (int read; (read = in.read(buffer)) >= 0; ) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // the process is gone
        }
    }

    /// Waits a moment for what is still in the pipe.
    @Override
    public void close() {
        try {
            thread.join(END_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        console.end();
    }
}
