package dev.fern.pwm;

import java.io.IOException;

/// PWM chips with their channels. One thread.
interface Chips {
    /// Takes a channel, which from then on is held low, until it is told otherwise.
    ///
    /// @param channel `CHANNEL` of the first chip, or `CHIP/CHANNEL`
    /// @throws IOException if it cannot be had, with the reason in plain words
    Output open(String channel, long periodNanos) throws IOException;

    /// A channel that is held.
    interface Output {
        /// @param nanos how long it is high in each period, from 0 to all of it
        void high(long nanos) throws IOException;

        /// Switches it off and gives it back, as far as that can be done.
        void close();
    }
}
