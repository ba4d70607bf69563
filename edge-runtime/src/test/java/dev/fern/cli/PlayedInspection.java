package dev.fern.cli;

import dev.fern.Problem;
import dev.fern.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rooms that have nothing against anything, unless told.
final class PlayedInspection implements Inspection {
    final Map<String, Problem> function = new HashMap<>();
    final Map<String, Problem> registries = new HashMap<>();
    final Map<String, Problem> sensors = new HashMap<>();
    List<String> images = List.of();

    @Nullable Settings asked;

    @Override
    public Map<String, Problem> function(Path file, Settings settings) {
        asked = settings;
        return function;
    }

    @Override
    public List<String> images(Settings settings) {
        return images;
    }

    @Override
    public @Nullable String registry(String image) {
        return image.startsWith("dir:") ? null : image.substring(0, image.indexOf('/'));
    }

    @Override
    public @Nullable Problem registry(String image, Settings settings) {
        return registries.get(image);
    }

    @Override
    public @Nullable Problem sensor(String name, Settings settings) {
        return sensors.get(name);
    }
}
