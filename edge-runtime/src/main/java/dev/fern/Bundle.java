package dev.fern;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A function's code, fetched, verified and unpacked: its own layers of an OCI image (image-spec 1.1, config.md).
///
/// @param digest of the image's manifest, `sha256:...`
/// @param root the folder that holds the layers' files: `root/function/app/x.jar`
/// @param entrypoint the image's, empty if it has none
/// @param cmd the image's; for the Java FDK `[Class::method]`
/// @param env the image's, name to value
/// @param workingDir the image's, such as `/function`
public record Bundle(
        String digest,
        Path root,
        List<String> entrypoint,
        List<String> cmd,
        Map<String, String> env,
        String workingDir) {
    public Bundle {
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        env = Map.copyOf(env);
    }
}
