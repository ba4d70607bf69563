@NullMarked
package dev.fern.deploy;

import org.jspecify.annotations.NullMarked;
