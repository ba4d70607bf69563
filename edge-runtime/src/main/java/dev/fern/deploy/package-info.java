/// Makes what runs equal to what is wanted: resolve, fetch, check, load, switch, and keep the last good version.
@NullMarked
package dev.fern.deploy;

import org.jspecify.annotations.NullMarked;
