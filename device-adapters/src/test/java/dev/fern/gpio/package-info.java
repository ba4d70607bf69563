/// Tests of the pins: on a clock that stands still, through Pi4J, on the simulated board.
@NullMarked
package dev.fern.gpio;

import org.jspecify.annotations.NullMarked;
