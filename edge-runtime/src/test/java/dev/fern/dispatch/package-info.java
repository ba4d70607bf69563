@NullMarked
package dev.fern.dispatch;

import org.jspecify.annotations.NullMarked;
