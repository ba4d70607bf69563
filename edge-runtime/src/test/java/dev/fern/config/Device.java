package dev.fern.config;

import dev.fern.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A device's files in a folder: `etc/fern/fern.yaml`, the kernel's, and variables.
final class Device {
    private final Path root;
    private final Map<String, String> environment = new HashMap<>();

    Device(Path root) {
        this.root = root;
        file("proc/sys/kernel/hostname", "porch\n");
        file("proc/device-tree/serial-number", "100000003d1d1c36\0");
    }

    Device file(String name, String content) {
        try {
            var file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Device without(String name) {
        try {
            Files.delete(root.resolve(name));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Device variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Path config() {
        return root.resolve("etc/fern/fern.yaml");
    }

    Reading read() {
        return new ConfigReader(environment, root).read(config(), null);
    }

    Reading read(String yaml) {
        file("etc/fern/fern.yaml", yaml);
        return read();
    }

    Settings settings(String yaml) {
        return switch (read(yaml)) {
            case Reading.Good good -> good.settings();
            case Reading.Bad bad -> throw new AssertionError(bad.problems().toString());
        };
    }

    /// The problems as they are printed, the file's name cut to `fern.yaml`.
    List<String> problems(String yaml) {
        file("etc/fern/fern.yaml", yaml);
        return problems();
    }

    List<String> problems() {
        return switch (read()) {
            case Reading.Good good -> throw new AssertionError("no problem, but " + good.settings());
            case Reading.Bad bad ->
                bad.problems().stream()
                        .map(problem -> problem.toString().replace(config().getParent() + "/", ""))
                        .toList();
        };
    }

    ConfigReader reader() {
        return new ConfigReader(environment, root);
    }
}
