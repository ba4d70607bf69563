@NullMarked
package dev.fern.schedule;

import org.jspecify.annotations.NullMarked;
