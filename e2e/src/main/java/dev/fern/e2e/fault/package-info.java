/// What Fern promises when things go wrong around it, tried on the real daemon: power cuts, brokers that stop or
/// forget,
/// full disks. Each scenario says what it holds Fern to, and counts every message at the other end.
@NullMarked
package dev.fern.e2e.fault;

import org.jspecify.annotations.NullMarked;
