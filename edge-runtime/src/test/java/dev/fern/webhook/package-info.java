@NullMarked
package dev.fern.webhook;

import org.jspecify.annotations.NullMarked;
