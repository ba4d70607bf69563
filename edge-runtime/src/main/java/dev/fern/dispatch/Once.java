package dev.fern.dispatch;

import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.Metrics;
import dev.fern.Occurrence;
import dev.fern.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The CloudEvents that were taken on lately: each runs once for a trigger. What comes again is told what the first one
/// is told, when that is told. Any thread. Its lock is taken before a lane's, and held while nobody is told anything.
final class Once {
    private static final int MOST = 10_000;
    private static final Duration WINDOW = Duration.ofMinutes(10);

    /// Makes the call of an event that is new.
    interface Entrance {
        Item enter() throws IntakeFullException;
    }

    /// An event with the one call there is of it.
    private static final class Seen {
        final long nanos;
        final CompletionStage<Void> done;
        /// Until its source may be told.
        volatile @Nullable Item item;
        /// How many deliveries are with a source that counts on the call. Under the lock.
        int holders;

        Seen(long nanos, @Nullable Item item) {
            this.nanos = nanos;
            this.item = item;
            done = item == null ? CompletableFuture.completedStage(null) : item.done();
        }
    }

    private final Line line;
    private final Time time;
    private final Metrics metrics;
    private final Map<Occurrence, Seen> all = new LinkedHashMap<>();

    Once(Line line, Time time, Metrics metrics) {
        this.line = line;
        this.time = time;
        this.metrics = metrics;
        metrics.gauge(this::size, "fern_events_remembered");
    }

    private synchronized int size() {
        return all.size();
    }

    /// Calls that an earlier run left on disk, the oldest first.
    synchronized void recover(Collection<Occurrence> found) {
        for (var event : found) {
            all.put(event, new Seen(time.nanos(), null));
        }
        trim();
    }

    /// What a source holds for one delivery of an event.
    final class Held implements Receipt {
        private final Occurrence event;
        private final Seen seen;
        private final @Nullable Item first;
        private boolean withdrawn;

        private Held(Occurrence event, Seen seen, @Nullable Item first) {
            this.event = event;
            this.seen = seen;
            this.first = first;
        }

        /// The call to begin, if this is the first delivery.
        @Nullable Item first() {
            return first;
        }

        @Override
        public CompletionStage<Void> done() {
            return seen.done;
        }

        @Override
        public void keep() {
            if (seen.item instanceof Item item) {
                item.keep();
            }
        }

        /// The call goes when nobody counts on it any more.
        @Override
        public void withdraw() {
            synchronized (Once.this) {
                if (withdrawn) {
                    return;
                }
                withdrawn = true;
                seen.holders--;
                if (seen.holders == 0 && seen.item instanceof Item item && line.withdraw(item)) {
                    all.remove(event, seen);
                }
            }
        }
    }

    /// Takes on an event, or joins it to the call there is.
    Held take(Occurrence event, String trigger, Entrance entrance) throws IntakeFullException {
        Held held;
        synchronized (this) {
            var known = all.get(event);
            if (known != null && isFresh(known)) {
                known.holders++;
                metrics.counter("fern_events_repeated_total", "trigger", trigger)
                        .increment();
                return new Held(event, known, null);
            }
            var item = entrance.enter();
            var seen = new Seen(time.nanos(), item);
            seen.holders = 1;
            all.remove(event); // so that it is the youngest
            all.put(event, seen);
            trim();
            held = new Held(event, seen, item);
        }
        held.done().whenComplete((_, _) -> held.seen.item = null);
        return held;
    }

    private boolean isFresh(Seen seen) {
        return seen.item != null || time.nanos() - seen.nanos < WINDOW.toNanos();
    }

    /// The oldest ones go first.
    private void trim() {
        var oldest = all.values().iterator();
        while (oldest.hasNext()) {
            if (isFresh(oldest.next()) && all.size() <= MOST) {
                return;
            }
            oldest.remove();
        }
    }

    /// These calls will never run, and their sources are told nevertheless: their function is gone.
    synchronized void forget(Set<Item> gone) {
        all.values().removeIf(seen -> seen.item instanceof Item item && gone.contains(item));
    }
}
