/// How quick Fern is, against the least that a Java program could do in its place: real broker, real
/// registry, the daemon and its rivals as processes of their own.
@NullMarked
package dev.fern.e2e.bench;

import org.jspecify.annotations.NullMarked;
