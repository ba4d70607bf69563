package dev.fern.e2e.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a running daemon was started, to start other programs in the same way.
///
/// @param java the program
/// @param flags for the JVM, without those about an AOT cache
/// @param cacheFlags those about the AOT cache, if it has one
/// @param classPath in the order that the cache has it
record DaemonLine(String java, List<String> flags, List<String> cacheFlags, String classPath) {
    /// The daemon of that process. Not from [ProcessHandle], which reads no more than a page of it.
    static DaemonLine of(long pid) throws IOException {
        var words = List.of(Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.UTF_8)
                .split("\0"));
        int classPath = words.indexOf("-cp");
        var flags = new ArrayList<String>();
        var cacheFlags = new ArrayList<String>();
        for (var flag : words.subList(1, classPath)) {
            if (!flag.startsWith("-Dfern.aot")) {
                (flag.contains("AOT") || flag.startsWith("-Xlog:aot") ? cacheFlags : flags).add(flag);
            }
        }
        return new DaemonLine(words.getFirst(), flags, cacheFlags, words.get(classPath + 1));
    }
}
