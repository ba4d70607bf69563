package dev.fern.dispatch;

import dev.fern.Health;
import dev.fern.Time;
import dev.fern.journal.Journal;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;

/// Whether calls still move: a beat goes the way that each of them goes, over the timer's thread, through the locks of
/// all
/// lanes and over the journal's thread. What is stuck on that way stops it; a function that does not end is not on it,
/// and
/// a disk that refuses is no reason to begin again: the journal tries that by itself, and says so.
public final class Pulse {
    private final Collection<Lane> lanes;
    private final Journal journal;
    private final Time time;
    private final AtomicBoolean under = new AtomicBoolean();

    Pulse(Collection<Lane> lanes, Journal journal, Time time) {
        this.lanes = lanes;
        this.journal = journal;
        this.time = time;
    }

    /// Begins to beat, for as long as there is time.
    ///
    /// @param beat what each beat that has come through does, on a thread of the way; must be short
    public void start(Duration every, Runnable beat) {
        time.after(every, () -> {
            start(every, beat); // whatever becomes of this one
            pass(beat);
        });
    }

    private void pass(Runnable beat) {
        for (var lane : lanes) {
            lane.waiting();
        }
        if (journal.health() instanceof Health.Down) {
            beat.run();
        } else if (under.compareAndSet(false, true)) {
            journal.pass(() -> {
                under.set(false);
                beat.run();
            });
        }
    }
}
