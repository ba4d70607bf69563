/// WebAssembly functions: WASI preview 1 commands, compiled to the JVM's bytecode, each call in a memory
/// of its own.
@NullMarked
package dev.fern.wasm;

import org.jspecify.annotations.NullMarked;
