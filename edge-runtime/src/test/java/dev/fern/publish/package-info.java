@NullMarked
package dev.fern.publish;

import org.jspecify.annotations.NullMarked;
