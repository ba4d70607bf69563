/// Tests of the commands, against a server that plays the daemon.
@NullMarked
package dev.fern.cli;

import org.jspecify.annotations.NullMarked;
