/// The card image from outside: flashed onto a card of its own, booted on machines that QEMU emulates, given work by a
/// broker, a
/// registry and an Fn server of this machine, and cut off from its power.
@NullMarked
package dev.fern.e2e.image;

import org.jspecify.annotations.NullMarked;
