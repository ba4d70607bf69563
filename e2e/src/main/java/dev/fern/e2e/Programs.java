package dev.fern.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Finds the programs of this machine. Debian keeps daemons where a user's PATH does not look.
public final class Programs {
    private Programs() {}

    /// The path of that program.
    ///
    /// @throws IllegalStateException with what to install if it is missing
    public static String find(String name) {
        var folders = Stream.concat(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":")),
                Stream.of("/usr/sbin", "/usr/local/sbin"));
        return folders.map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(
                        () -> new IllegalStateException(name + " is not installed; on Debian: apt install " + name));
    }
}
