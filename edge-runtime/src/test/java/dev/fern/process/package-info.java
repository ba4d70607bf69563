@NullMarked
package dev.fern.process;

import org.jspecify.annotations.NullMarked;
