package dev.fern.gpio;

import com.pi4j.io.gpio.digital.PullResistance;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What is true of a line for everybody who uses it. Where nobody says something it is null.
///
/// @param input or an output
/// @param activeLow a low level on the wire means active. All other words (high, on, rising, initial) are about the
///     logical level, where high is active; as in Linux's GPIO
/// @param initial an output's level when it is taken, true for high
/// @param stop an output's level when it is given back
/// @param maxOn the longest an output may be active without being told so again
record LineOptions(
        boolean input,
        boolean activeLow,
        @Nullable PullResistance pull,
        @Nullable Boolean initial,
        @Nullable Stop stop,
        @Nullable Duration maxOn) {

    /// What becomes of an output that nobody drives any more.
    enum Stop {
        LOW,
        HIGH,
        KEEP
    }

    PullResistance pullOrOff() {
        return pull == null ? PullResistance.OFF : pull;
    }

    boolean initialOrInactive() {
        return initial != null && initial;
    }

    /// The safe one unless said otherwise.
    Stop stopOrInactive() {
        return stop == null ? Stop.LOW : stop;
    }

    /// Whether a line that is held this way can go on as it is when that is wanted.
    boolean holdsFor(LineOptions wanted) {
        return input == wanted.input && (input ? pullOrOff() == wanted.pullOrOff() : activeLow == wanted.activeLow);
    }
}
