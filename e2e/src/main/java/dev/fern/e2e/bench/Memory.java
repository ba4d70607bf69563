package dev.fern.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory of a process, as the kernel counts it.
///
/// @param rssKb what of it is in memory
/// @param anonymousKb of that, what belongs to no file: it could only go to swap
/// @param pssKb the same as `rssKb`, with what several processes share divided among them
record Memory(long rssKb, long anonymousKb, long pssKb) {
    /// That process now (Linux, `/proc/PID/smaps_rollup`).
    static Memory of(long pid) throws IOException {
        long rss = 0;
        long anonymous = 0;
        long pss = 0;
        for (var line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            if (line.startsWith("Rss:")) {
                rss = kb(line);
            } else if (line.startsWith("Anonymous:")) {
                anonymous = kb(line);
            } else if (line.startsWith("Pss:")) {
                pss = kb(line);
            }
        }
        return new Memory(rss, anonymous, pss);
    }

    private static long kb(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
