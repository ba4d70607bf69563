@NullMarked
package dev.fern.events;

import org.jspecify.annotations.NullMarked;
