package dev.fern;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a call ended.
public sealed interface Result {
    /// The function returned.
    record Success(Answer answer) implements Result {}

    /// The function threw, or could not be started, or answered nonsense. What it printed is in its log.
    record FunctionError(String message) implements Result {}

    /// It did not end in time.
    record TimedOut(Duration limit) implements Result {}

    /// It was not run: no room, no code, quarantined. Nothing of the function has happened.
    record Unavailable(String reason, Duration retryAfter) implements Result {}

    /// Why there is no answer; null if there is one.
    default @Nullable String failure() {
        return switch (this) {
            case Success _ -> null;
            case FunctionError(var message) -> message;
            case TimedOut(var limit) -> "did not end within " + Durations.text(limit);
            case Unavailable it -> it.reason;
        };
    }
}
