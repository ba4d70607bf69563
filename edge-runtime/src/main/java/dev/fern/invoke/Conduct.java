package dev.fern.invoke;

import dev.fern.FnName;
import dev.fern.Result;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What a version of a function is held back for. It is not run any more when too many of its threads are stuck, and
/// not for a while when call after call fails and costs everybody a collection of the whole heap. Its fields belong
/// to the invoker's lock.
final class Conduct {
    /// How many of its threads may be stuck before the function is quarantined.
    static final int STUCK_MOST = 4;
    /// How many calls in a row may fail and cost a collection.
    static final int COSTLY_MOST = 1;
    /// How long it is not run after the next one; four times as long after each further one.
    static final Duration PAUSE = Duration.ofSeconds(2);

    static final Duration PAUSE_MOST = Duration.ofMinutes(1);
    private static final Duration QUARANTINE = Duration.ofSeconds(15);
    private static final System.Logger LOG = System.getLogger("fern.invoke");

    private final FnName fn;
    private int stuck;
    private @Nullable String quarantine;
    private int costly;
    private long pausedUntil;
    private @Nullable String pause;

    Conduct(FnName fn) {
        this.fn = fn;
    }

    int stuck() {
        return stuck;
    }

    /// Why it is quarantined, or null.
    @Nullable String quarantine() {
        return quarantine;
    }

    /// Why no call of it may start now, or null.
    Result.@Nullable Unavailable refusal() {
        if (quarantine != null) {
            return new Result.Unavailable(quarantine, QUARANTINE);
        }
        if (pause == null) {
            return null;
        }
        long left = pausedUntil - System.nanoTime();
        if (left <= 0) {
            pause = null;
            return null;
        }
        return new Result.Unavailable(pause, Duration.ofNanos(left));
    }

    /// A thread of it did not end when told to.
    void hasStuckThread() {
        stuck++;
        if (stuck >= STUCK_MOST && quarantine == null) {
            quarantine = stuck + " calls of " + fn + " did not end when told to";
            LOG.log(
                    Level.ERROR,
                    "{0}; it is quarantined: mend and deploy it, set fern/isolation to process, or run: fern retry {1}",
                    quarantine,
                    fn);
        }
    }

    /// A stuck thread has ended after all.
    void lostStuckThread() {
        stuck -= stuck > 0 ? 1 : 0;
    }

    /// A call has ended.
    ///
    /// @param harmful it has failed, and cost a collection of the whole heap
    void ended(boolean harmful, Result result) {
        if (result instanceof Result.Success) {
            costly = 0;
        } else if (harmful && ++costly > COSTLY_MOST) {
            long ms = PAUSE.toMillis() << 2 * Math.min(costly - COSTLY_MOST - 1, 5);
            var time = Duration.ofMillis(Math.min(ms, PAUSE_MOST.toMillis()));
            pausedUntil = System.nanoTime() + time.toNanos();
            pause = fn + " took the memory of all " + costly + " times in a row and is not run for "
                    + TimeUnit.MILLISECONDS.toSeconds(time.toMillis()) + " s";
            LOG.log(Level.WARNING, "{0}; mend it, or set fern/isolation to process", pause);
        }
    }

    /// Forgets all.
    ///
    /// @return false if there was nothing to forgive
    boolean pardon() {
        if (quarantine == null && pause == null) {
            return false;
        }
        quarantine = null;
        pause = null;
        stuck = 0;
        costly = 0;
        return true;
    }
}
