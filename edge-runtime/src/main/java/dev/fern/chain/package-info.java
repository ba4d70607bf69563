/// What one function returned, or failed at, starts another: triggers and targets of the type `fn`.
@NullMarked
package dev.fern.chain;

import org.jspecify.annotations.NullMarked;
