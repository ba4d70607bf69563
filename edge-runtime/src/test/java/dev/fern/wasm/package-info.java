@NullMarked
package dev.fern.wasm;

import org.jspecify.annotations.NullMarked;
