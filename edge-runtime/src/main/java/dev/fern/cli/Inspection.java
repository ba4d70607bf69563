package dev.fern.cli;

import dev.fern.Problem;
import dev.fern.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the daemon's rooms can say while no daemon runs. Given to [Cli] as [Launch] is.
public interface Inspection {
    /// What a daemon with these settings would have against the function that this func.yaml defines.
    /// Runs nothing, and needs no network.
    ///
    /// @return by annotation, such as `fern/on/button`; under "" what is about the function as a whole
    Map<String, Problem> function(Path file, Settings settings);

    /// The images that a daemon with these settings would start with, by its copy of the definitions.
    List<String> images(Settings settings);

    /// The registry that this image comes from, as `HOST[:PORT]`, or null if it comes from a folder of this machine or
    /// is no image reference.
    @Nullable String registry(String image);

    /// Whether that image's registry answers, and lets this device in. Waits for it.
    @Nullable Problem registry(String image, Settings settings) throws InterruptedException;

    /// What is wrong with that sensor of the configuration, or null if it can be read. Waits for it.
    @Nullable Problem sensor(String name, Settings settings);
}
