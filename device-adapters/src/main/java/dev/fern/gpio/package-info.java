/// Pins: edges of input lines start functions, answers set output lines. Pi4J is the API; a [Board] is all that differs
/// between a real board and the simulated one.
@NullMarked
package dev.fern.gpio;

import org.jspecify.annotations.NullMarked;
