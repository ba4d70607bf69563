/// A house of two rooms, for the test of the test: the kitchen names the root, the hall and a library.
@NullMarked
package dev.fern.e2e.house;

import org.jspecify.annotations.NullMarked;
