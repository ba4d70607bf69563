package dev.fern.gpio;

import com.pi4j.io.gpio.digital.PullResistance;
import java.io.IOException;
import java.time.Duration;

/// The lines of one board, and all that a further kind of board has to bring. Levels are those of the wire: what is
/// inverted, debounced or filtered is so above this. [Circuit] makes Pi4J's inputs and outputs of it.
interface Board extends AutoCloseable {
    /// The highest BCM number of a Raspberry Pi.
    int LAST_LINE = 53;

    /// The highest number that a line of this board may have.
    default int last() {
        return LAST_LINE;
    }

    /// To be called, on the board's own thread, when lines that were held are so no more, or others may be had now.
    default void whenChanged(Runnable changed) {}

    /// Whether a line that was taken and not given back is still there.
    default boolean holds(int line) {
        return true;
    }

    /// The BCM number of the line with that name, or -1.
    int line(String name);

    /// Takes a line as an input with that bias and tells of every change of its level, both ways, until it is released.
    ///
    /// @throws IOException if it cannot be had, with the reason in plain words
    Line input(int line, PullResistance pull, Changes changes) throws IOException;

    /// Takes a line as an output that has this level from its first moment.
    ///
    /// @throws IOException if it cannot be had, with the reason in plain words
    Output output(int line, boolean high) throws IOException;

    @Override
    void close();

    /// A line that is held.
    interface Line {
        boolean high() throws IOException;

        /// Levels that last less than this need not be told of. A board that cannot do that tells of them.
        default void debounce(Duration least) {}

        /// Gives it back. An output keeps its level as far as the board can do that.
        void release();
    }

    /// An output that is held.
    interface Output extends Line {
        void set(boolean high) throws IOException;
    }

    /// Hears of changes, on the board's own thread: it only hands over.
    interface Changes {
        /// @param nanos when, by the clock of [dev.fern.Time#nanos] (on Linux both are CLOCK_MONOTONIC)
        /// @param seq counts the changes of this line since it was taken, from 1, lost ones too (GPIO uAPI v2,
        ///     `gpio_v2_line_event.line_seqno`)
        void changed(boolean high, long nanos, long seq);
    }
}
