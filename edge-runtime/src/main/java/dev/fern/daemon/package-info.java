/// Puts the rooms together: start order, signals, what an operator asks.
@NullMarked
package dev.fern.daemon;

import org.jspecify.annotations.NullMarked;
