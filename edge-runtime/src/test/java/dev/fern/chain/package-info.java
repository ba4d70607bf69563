@NullMarked
package dev.fern.chain;

import org.jspecify.annotations.NullMarked;
