/// Tests of the sensors: on a clock that stands still, with chips of 256 bytes and folders like the kernel's.
@NullMarked
package dev.fern.sensor;

import org.jspecify.annotations.NullMarked;
