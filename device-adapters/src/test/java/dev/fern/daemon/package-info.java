/// What the daemon's rooms and the adapters do together.
@NullMarked
package dev.fern.daemon;

import org.jspecify.annotations.NullMarked;
