package dev.fern;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A call that is owed or dead, for people: `fern calls`, `fern dead`.
///
/// @param state `queued`, `running`, `waiting` (to be tried again), `sending` (answered, a target is owed) or `dead`
/// @param reason why it failed last
public record CallInfo(
        String id,
        FnName fn,
        String trigger,
        String state,
        int attempt,
        Instant acceptedAt,
        @Nullable String reason,
        Event event) {}
