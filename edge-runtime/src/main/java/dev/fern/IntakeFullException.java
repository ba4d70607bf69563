package dev.fern;

import java.time.Duration;

/// There is no room for another call. Thrown often under load, so it has no stack trace.
public final class IntakeFullException extends Exception {
    private final transient Duration retryAfter;

    public IntakeFullException(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
