package dev.fern.dispatch;

import dev.fern.Durability;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a trigger's calls are treated.
///
/// @param lane the lane of its calls
/// @param hold how long a failing call keeps its place in the lane, or null for ever
/// @param bySubject each subject has a lane of its own
record Policy(
        String lane,
        Durability durability,
        Backoff backoff,
        @Nullable Duration hold,
        boolean bySubject) {
    private static final Duration HOLD = Duration.ofSeconds(5);

    static Policy of(Trigger trigger) throws InvalidDefinitionException {
        var options = trigger.options();
        boolean forEver = options.text("hold", "").equals("forever");
        boolean bySubject = options.text("order") != null;
        if (bySubject) {
            options.word("order", "subject", "subject");
        }
        return new Policy(
                trigger.lane(),
                Durability.of(trigger),
                Backoff.of(options),
                forEver ? null : options.duration("hold", HOLD),
                bySubject);
    }

    /// For calls of a trigger that is not defined any more, or that makes no sense to this version.
    static Policy lenient(Trigger trigger) {
        return new Policy(trigger.lane(), Durability.NO, Backoff.DEFAULT, HOLD, false);
    }
}
