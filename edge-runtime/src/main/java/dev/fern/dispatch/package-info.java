/// The straight line from an accepted event to its last target: lanes, retries, dead calls.
@NullMarked
package dev.fern.dispatch;

import org.jspecify.annotations.NullMarked;
