/// Java functions through the official Fn FDK, in this JVM: each version in a class loader of its own, the FDK and
/// Jackson once in their parent, which cannot see Fern.
@NullMarked
package dev.fern.fdk;

import org.jspecify.annotations.NullMarked;
