package dev.fern.daemon;

import dev.fern.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the kernel says that this process has caused to be written to storage (proc_pid_io(5), `write_bytes`): whole
/// pages, whoever wrote them; 0 on file systems in memory, and absent from some kernels.
final class KernelBytes {
    private static final Path FILE = Path.of("/proc/self/io");
    private static final String KEY = "write_bytes: ";

    private KernelBytes() {}

    /// Adds it to the metrics, if there is such a number.
    static void show(Metrics metrics) {
        if (!Double.isNaN(read())) {
            metrics.gauge(KernelBytes::read, "fern_disk_kernel_bytes");
        }
    }

    private static double read() {
        try {
            for (var line : Files.readAllLines(FILE)) {
                if (line.startsWith(KEY)) {
                    return Double.parseDouble(line.substring(KEY.length()));
                }
            }
            return Double.NaN;
        } catch (IOException e) {
            return Double.NaN; // a kernel without it, or a sandbox
        }
    }
}
