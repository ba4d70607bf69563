/// One call to its end: warm instances, deadlines, the cap on what runs at once, quarantine.
@NullMarked
package dev.fern.invoke;

import org.jspecify.annotations.NullMarked;
