/// The commands of `fern`: one class each. They ask the daemon over HTTP and print: data on stdout, words on stderr.
@NullMarked
package dev.fern.cli;

import org.jspecify.annotations.NullMarked;
