/// Fern from outside: the real parts around it, each as a process of its own, and what a developer does to get a
/// function onto a device.
@NullMarked
package dev.fern.e2e;

import org.jspecify.annotations.NullMarked;
