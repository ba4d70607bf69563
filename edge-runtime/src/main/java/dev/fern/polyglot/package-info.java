/// JavaScript functions, written for Fn's Node FDK, in this JVM: GraalJS, one context for each instance.
@NullMarked
package dev.fern.polyglot;

import org.jspecify.annotations.NullMarked;
