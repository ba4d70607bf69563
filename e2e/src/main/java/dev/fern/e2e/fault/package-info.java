/// What Fern promises when things go wrong around it, tried on the real daemon: power cuts, brokers that stop or
/// forget, servers that talk rubbish, disks that fail, clocks that jump. Each scenario says what it holds Fern to, and
/// counts every message at the other end.
@NullMarked
package dev.fern.e2e.fault;

import org.jspecify.annotations.NullMarked;
