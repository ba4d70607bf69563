/// Devices of the Linux kernel, by the system calls that Java has no words for.
@NullMarked
package dev.fern.linux;

import org.jspecify.annotations.NullMarked;
