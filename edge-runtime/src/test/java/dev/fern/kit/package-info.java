/// What tests of every room share: a clock that is stepped by hand, examples of definitions, an intake that records.
@NullMarked
package dev.fern.kit;

import org.jspecify.annotations.NullMarked;
