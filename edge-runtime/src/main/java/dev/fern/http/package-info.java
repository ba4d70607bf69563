/// The device's door: Fn's API, function calls, http triggers, health, metrics, and what the commands ask the daemon.
@NullMarked
package dev.fern.http;

import org.jspecify.annotations.NullMarked;
