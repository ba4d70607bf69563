/// Tests of Java functions: real code against the official FDK.
@NullMarked
package dev.fern.fdk;

import org.jspecify.annotations.NullMarked;
