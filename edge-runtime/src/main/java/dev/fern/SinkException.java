package dev.fern;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A target did not take a message.
public final class SinkException extends Exception {
    /// What follows from it.
    public enum Kind {
        /// The other side is not there, or takes nothing now, whatever the message: it waits, with those behind it.
        AWAY,
        /// This message was not taken; another attempt may succeed, and attempts are counted.
        REFUSED,
        /// It never will be: the message itself is wrong.
        NEVER
    }

    private final Kind kind;
    private final transient @Nullable Duration retryAfter;

    private SinkException(String message, Kind kind, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /// The other side is away.
    public static SinkException away(String message) {
        return new SinkException(message, Kind.AWAY, null);
    }

    /// The other side is away, and has said until when: null if it has not.
    public static SinkException away(String message, @Nullable Duration retryAfter) {
        return new SinkException(message, Kind.AWAY, retryAfter);
    }

    /// It may work with another attempt.
    public static SinkException later(String message) {
        return new SinkException(message, Kind.REFUSED, null);
    }

    /// It may work with another attempt, and the other side has said when: null if it has not.
    public static SinkException later(String message, @Nullable Duration retryAfter) {
        return new SinkException(message, Kind.REFUSED, retryAfter);
    }

    /// Trying again is of no use.
    public static SinkException never(String message) {
        return new SinkException(message, Kind.NEVER, null);
    }

    public Kind kind() {
        return kind;
    }

    /// True if trying again is of no use.
    public boolean lasting() {
        return kind == Kind.NEVER;
    }

    /// When the other side wants to be tried again, or null if it has not said.
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
