package dev.fern.e2e.bench;

import dev.fern.e2e.FernProcess;
import java.io.IOException;

/// What a daemon says that it has written for calls so far.
///
/// @param bytes handed to the file system
/// @param commits each with one sync
record Written(long bytes, long commits) {
    static Written by(FernProcess fern) throws IOException, InterruptedException {
        var metrics = fern.get("/metrics").body();
        return new Written(
                value(metrics, "fern_disk_bytes_written_total{what=\"calls\"} "),
                value(metrics, "fern_journal_commits_total "));
    }

    /// What it says that it has written for functions: code and definitions, in bytes.
    static long files(FernProcess fern) throws IOException, InterruptedException {
        var metrics = fern.get("/metrics").body();
        return value(metrics, "fern_disk_bytes_written_total{what=\"code\"} ")
                + value(metrics, "fern_disk_bytes_written_total{what=\"definitions\"} ");
    }

    private static long value(String metrics, String name) throws IOException {
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow(() -> new IOException("the daemon has no metric " + name));
    }

    Written since(Written before) {
        return new Written(bytes - before.bytes, commits - before.commits);
    }
}
