/// Sensors of fern.yaml as triggers: one reading serves all that are due, one thread reads each bus.
@NullMarked
package dev.fern.sensor;

import org.jspecify.annotations.NullMarked;
