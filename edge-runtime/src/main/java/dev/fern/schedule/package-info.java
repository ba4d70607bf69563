/// Events that come from the device itself: the clock's (cron), the stop-watch's (every), its own states.
@NullMarked
package dev.fern.schedule;

import org.jspecify.annotations.NullMarked;
