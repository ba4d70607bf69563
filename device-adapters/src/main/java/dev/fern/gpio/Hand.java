package dev.fern.gpio;

import dev.fern.InvalidDefinitionException;
import dev.fern.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/// An operator's hand at an input line of the simulated board. Makes edges one after the other, and holds
/// each level for longer than the longest debounce, so that none is swallowed. Guarded by the adapter's lock.
final class Hand {
    private static final int MOST = 100;
    private static final Duration MARGIN = Duration.ofMillis(1);

    /// @param silent no event, only to come to the other level
    private record Step(boolean wireHigh, boolean silent) {}

    private final SimulatedBoard board;
    private final InputLine line;
    private final Time time;
    private final Object lock;
    private final Deque<Step> steps = new ArrayDeque<>();
    private boolean holding;
    private boolean released;

    Hand(SimulatedBoard board, InputLine line, Time time, Object lock) {
        this.board = board;
        this.line = line;
        this.time = time;
        this.lock = lock;
    }

    /// Makes an edge to that level: at once, or after those that are under way.
    void edge(boolean wireHigh) throws InvalidDefinitionException {
        if (steps.size() >= MOST) {
            throw new InvalidDefinitionException(
                    MOST + " edges of gpio " + line.number() + " are still to be made", "wait a little");
        }
        boolean before = steps.isEmpty() ? line.wireHigh() : steps.getLast().wireHigh;
        if (before == wireHigh) {
            steps.add(new Step(!wireHigh, true));
        }
        steps.add(new Step(wireHigh, false));
        if (!holding) {
            next();
        }
    }

    /// Makes no more.
    void release() {
        released = true;
        steps.clear();
    }

    private void next() {
        var step = steps.poll();
        holding = step != null && !released;
        if (step == null || released) {
            return;
        }
        long change = board.drive(line.number(), step.wireHigh);
        if (step.silent) {
            line.silence(change);
        }
        time.after(line.longestDebounce().plus(MARGIN), () -> {
            synchronized (lock) {
                next();
            }
        });
    }
}
