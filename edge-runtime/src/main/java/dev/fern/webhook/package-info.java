/// Answers of functions as HTTP requests to somebody else's server: targets of the types `http` and `https`.
@NullMarked
package dev.fern.webhook;

import org.jspecify.annotations.NullMarked;
