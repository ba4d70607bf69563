package dev.fern;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A target did not take a message.
public final class SinkException extends Exception {
    private final boolean lasting;
    private final transient @Nullable Duration retryAfter;

    private SinkException(String message, boolean lasting, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.lasting = lasting;
        this.retryAfter = retryAfter;
    }

    /// It may work later: the other side is away.
    public static SinkException later(String message) {
        return new SinkException(message, false, null);
    }

    /// It may work later, and the other side has said when: null if it has not.
    public static SinkException later(String message, @Nullable Duration retryAfter) {
        return new SinkException(message, false, retryAfter);
    }

    /// It never will: the message itself is wrong.
    public static SinkException never(String message) {
        return new SinkException(message, true, null);
    }

    /// True if trying again is of no use.
    public boolean lasting() {
        return lasting;
    }

    /// When the other side wants to be tried again, or null if it has not said.
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
