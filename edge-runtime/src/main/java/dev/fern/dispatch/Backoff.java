package dev.fern.dispatch;

import dev.fern.Durations;
import dev.fern.InvalidDefinitionException;
import dev.fern.Options;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How often and when to try again: `retries=5&backoff=1s..1m`.
///
/// @param retries further attempts after the first
/// @param first before the second attempt; doubles from there
/// @param most the longest between two
record Backoff(int retries, Duration first, Duration most) {
    static final Backoff DEFAULT = new Backoff(5, Duration.ofSeconds(1), Duration.ofMinutes(1));

    static Backoff of(Options options) throws InvalidDefinitionException {
        int retries = options.number("retries", DEFAULT.retries, 0, 1000);
        var text = options.text("backoff", "1s..1m");
        int dots = text.indexOf("..");
        var first = dots < 0 ? null : Durations.parse(text.substring(0, dots));
        var most = dots < 0 ? null : Durations.parse(text.substring(dots + 2));
        if (first == null || most == null || first.isZero() || first.compareTo(most) > 0) {
            throw new InvalidDefinitionException(
                    "backoff=" + text + " makes no sense", "write it as LEAST..MOST, such as backoff=1s..1m");
        }
        return new Backoff(retries, first, most);
    }

    /// The wait after that attempt (1 is the first), with up to a tenth of jitter.
    Duration after(int attempt) {
        long ms = first.toMillis() << Math.min(attempt - 1, 20);
        ms = Math.min(ms < 0 ? Long.MAX_VALUE : ms, most.toMillis());
        return Duration.ofMillis(ms + ThreadLocalRandom.current().nextLong(ms / 10 + 1));
    }
}
