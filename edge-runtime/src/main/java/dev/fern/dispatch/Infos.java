package dev.fern.dispatch;

import dev.fern.Call;
import dev.fern.CallInfo;
import dev.fern.journal.Entry;
import org.jspecify.annotations.Nullable;

/// Calls in words for people.
final class Infos {
    private Infos() {}

    static CallInfo of(Entry entry) {
        var state = switch (entry.state()) {
            case QUEUED -> "queued";
            case WAITING -> "waiting";
            case ANSWERED -> "sending";
            case DEAD -> "dead";
        };
        return of(entry.call(), state, entry.reason());
    }

    /// A call in memory, or null if it has just ended, or is only on disk now.
    static @Nullable CallInfo of(Item item) {
        var state = switch (item.step) {
            case IN_LANE -> "queued";
            case RUNNING -> "running";
            case SENDING -> "sending";
            case ASIDE -> "waiting";
            case RESTING, ENDED -> null;
        };
        return state == null ? null : of(item.call, state, item.reason);
    }

    static CallInfo of(Call call, String state, @Nullable String reason) {
        var trigger = call.trigger();
        return new CallInfo(
                call.id(),
                trigger.fn(),
                trigger.name(),
                state,
                call.attempt(),
                call.acceptedAt(),
                reason,
                call.event());
    }
}
