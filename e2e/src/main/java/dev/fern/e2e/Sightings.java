package dev.fern.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What an onlooker saw happen around a device, with when: the last 1,000 of it. Any thread.
final class Sightings {
    private static final int MOST = 1000;

    /// One thing that happened.
    ///
    /// @param where a topic, or a line such as `gpio 27`
    /// @param what the message, or the level
    /// @param nanos when, by `System.nanoTime`
    /// @param at when, by the clock on the wall
    record Sighting(String where, String what, long nanos, Instant at) {}

    private final Deque<Sighting> all = new ArrayDeque<>();
    private final Map<String, String> last = new HashMap<>();

    synchronized void add(String where, String what) {
        if (all.size() == MOST) {
            all.removeFirst();
        }
        all.addLast(new Sighting(where, what, System.nanoTime(), Instant.now()));
        last.put(where, what);
        notifyAll();
    }

    /// The latest there, or null.
    synchronized @Nullable String last(String where) {
        return last.get(where);
    }

    /// The first of that kind since then, waited for until the limit has passed since then.
    ///
    /// @return null if there was none in time
    synchronized @Nullable Sighting await(long sinceNanos, Duration limit, Predicate<Sighting> kind)
            throws InterruptedException {
        while (true) {
            for (var one : all) {
                if (one.nanos - sinceNanos >= 0 && kind.test(one)) {
                    return one;
                }
            }
            long leftMs = limit.minusNanos(System.nanoTime() - sinceNanos).toMillis();
            if (leftMs <= 0) {
                return null;
            }
            wait(leftMs);
        }
    }
}
