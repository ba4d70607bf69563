/// Answers of functions as HTTP requests to somebody else's server: targets of the types `http` and `https`, and
/// `cloud`,
/// the device's own Fn server.
@NullMarked
package dev.fern.webhook;

import org.jspecify.annotations.NullMarked;
