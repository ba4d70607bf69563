package dev.fern.e2e.fault;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Something that goes wrong, played on the real daemon.
interface Scenario {
    /// How much is played.
    ///
    /// @param rounds of the whole; a scenario that takes long plays fewer
    /// @param seed for all that is random
    /// @param progress hears a line now and then
    record Plan(int rounds, long seed, Consumer<String> progress) {
        /// A part of the rounds, and at least one.
        int share(int divisor) {
            return Math.max(1, rounds / divisor);
        }
    }

    /// How the table calls it.
    String name();

    /// One sentence: what Fern is held to.
    String promise();

    /// Why it cannot be played on this machine, or null.
    default @Nullable String obstacle() {
        return null;
    }

    /// Plays it.
    ///
    /// @throws IOException if it could not be played to its end, which breaks the promise too
    Row play(Plan plan) throws IOException, InterruptedException;
}
