package dev.fern.publish;

import dev.fern.FnName;
import java.util.List;

/// What was published.
///
/// @param id the function's on the Fn server
/// @param image its reference, with the version as tag
/// @param digest what that tag means now
/// @param changes what was done on the Fn server, a few words each
public record Published(FnName name, String id, String image, String digest, List<String> changes) {}
