@NullMarked
package dev.fern.polyglot;

import org.jspecify.annotations.NullMarked;
