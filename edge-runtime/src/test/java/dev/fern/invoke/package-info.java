@NullMarked
package dev.fern.invoke;

import org.jspecify.annotations.NullMarked;
