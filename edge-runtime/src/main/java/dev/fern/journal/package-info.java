/// The calls this device owes, across power cuts: one SQLite file, one thread that writes, many calls a sync.
@NullMarked
package dev.fern.journal;

import org.jspecify.annotations.NullMarked;
