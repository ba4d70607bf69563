/// CloudEvents that somebody else has made, as triggers: which functions want which of them, whatever way they come.
@NullMarked
package dev.fern.events;

import org.jspecify.annotations.NullMarked;
