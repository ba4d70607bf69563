@NullMarked
package dev.fern.journal;

import org.jspecify.annotations.NullMarked;
