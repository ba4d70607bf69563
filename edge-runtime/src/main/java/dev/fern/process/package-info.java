/// Functions as child processes in a sandbox, through Fn's own contract over a Unix socket: any language.
@NullMarked
package dev.fern.process;

import org.jspecify.annotations.NullMarked;
