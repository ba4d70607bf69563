/// Tests of the definitions: real bytes, bad bytes, stepped time.
@org.jspecify.annotations.NullUnmarked
package dev.fern.sync;
