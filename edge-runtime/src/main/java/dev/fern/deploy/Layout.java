package dev.fern.deploy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Where an image would have a folder's files, and what it would start.
///
/// @param files by their path in the image, without the first `/`
/// @param workingDir absolute
public record Layout(
        SortedMap<String, Source> files,
        List<String> entrypoint,
        List<String> cmd,
        Map<String, String> env,
        String workingDir) {
    /// A file of this machine.
    ///
    /// @param executable whether it is one in the image
    public record Source(Path file, boolean executable) {}
}
