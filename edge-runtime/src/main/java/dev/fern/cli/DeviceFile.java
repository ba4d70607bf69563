package dev.fern.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds a function's file, and the configuration of the device that it is for.
final class DeviceFile {
    /// As the fn CLI looks for them.
    static final List<String> FUNCTIONS = List.of("func.yaml", "func.yml", "func.json");

    private static final String NAME = "fern.yaml";

    private DeviceFile() {}

    /// The function's file in that folder, or null if there is none.
    static @Nullable Path function(Path folder) {
        return FUNCTIONS.stream()
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElse(null);
    }

    /// The configuration beside a function's file or one folder up, or null if there is none.
    static @Nullable Path near(Path function) {
        var folder = function.toAbsolutePath().normalize().getParent();
        return Stream.iterate(folder, above -> above != null, above -> above.getParent())
                .limit(2)
                .map(here -> here.resolve(NAME))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(null);
    }
}
