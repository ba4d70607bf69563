/// Tests of the device's door, from outside, over real connections.
@NullMarked
package dev.fern.http;

import org.jspecify.annotations.NullMarked;
