/// The language of the system: what an event, a function, a call and a result are, and the ports that rooms meet at.
@NullMarked
package dev.fern;

import org.jspecify.annotations.NullMarked;
