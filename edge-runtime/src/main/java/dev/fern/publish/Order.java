package dev.fern.publish;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is to be published, and where.
///
/// @param func the func.yaml, .yml or .json
/// @param app the name of the app that the function becomes part of; it is created if it is not there
/// @param registry as `FN_REGISTRY` of the fn CLI: what stands before the function's name in the image's
/// @param server the root of the Fn server
/// @param token for the server, or null
/// @param logins a Docker config.json with logins for registries, or null
/// @param insecure `host:port` of registries that may be spoken to over plain HTTP; those of this machine always may
/// @param bump whether the version in the func.yaml is raised before, as `fn deploy` does
/// @param build whether the code is built first; else what an earlier build has left is taken
/// @param edgeOnly whether the image is made without the official base: such a one runs on Fern only
public record Order(
        Path func,
        String app,
        String registry,
        URI server,
        @Nullable String token,
        @Nullable Path logins,
        Set<String> insecure,
        boolean bump,
        boolean build,
        boolean edgeOnly) {}
