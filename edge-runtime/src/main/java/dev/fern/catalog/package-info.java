/// Fn's definitions API of this device's own: apps, functions and triggers as an Fn server keeps them, in SQLite.
@NullMarked
package dev.fern.catalog;

import org.jspecify.annotations.NullMarked;
