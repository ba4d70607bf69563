package dev.fern.gpio;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Makes edges of levels over time: a level that lasts for the debounce time is an edge, one that does not is a glitch.
/// Knows no clock: each call says when it is. One thread.
final class EdgeDetector {
    /// A level that came to stay.
    ///
    /// @param nanos when it came, not when it was trusted
    /// @param seq which of the line's changes brought it
    record Edge(boolean high, long nanos, long seq) {}

    private final long debounceNanos;
    private boolean settled;
    private @Nullable Edge candidate;

    /// @param high the level at the beginning, which is no edge
    EdgeDetector(Duration debounce, boolean high) {
        debounceNanos = debounce.toNanos();
        settled = high;
    }

    /// The line changed to this level. Times never decrease.
    ///
    /// @return the edge that is certain by now, or null: this one if there is no debounce, or an earlier one
    ///     whose [#settle] comes late
    @Nullable Edge change(boolean high, long nanos, long seq) {
        var late = settle(nanos);
        if (high == settled) {
            candidate = null;
        } else if (candidate == null) {
            candidate = new Edge(high, nanos, seq);
        }
        return late != null ? late : settle(nanos);
    }

    /// Time passed.
    ///
    /// @return the edge that became certain, or null
    @Nullable Edge settle(long nanos) {
        if (candidate == null || waitNanos(nanos) > 0) {
            return null;
        }
        var edge = candidate;
        candidate = null;
        settled = edge.high;
        return edge;
    }

    /// How long until [#settle] may find something, or -1 if there is nothing to wait for.
    long waitNanos(long nanos) {
        return candidate == null ? -1 : Math.max(0, debounceNanos - (nanos - candidate.nanos));
    }

    /// From now on the line has this level, and that was no edge.
    void reset(boolean high) {
        settled = high;
        candidate = null;
    }
}
