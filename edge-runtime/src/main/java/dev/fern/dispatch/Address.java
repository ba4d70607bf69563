package dev.fern.dispatch;

import dev.fern.FnName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What waits for one target of a function, in the order in which it was answered: places of calls, whose deliveries
/// are in memory or on disk. Its own lock guards it.
final class Address {
    /// Whose it is.
    ///
    /// @param target what a delivery says it is for
    record Key(FnName fn, String target) {}

    /// A delivery that waits.
    ///
    /// @param ticket its place in the order
    /// @param seq the call
    /// @param bytes of its message
    record Parcel(long ticket, long seq, int bytes) {}

    /// How a parcel was refused.
    ///
    /// @param sinceNanos when for the first time
    record Refusals(int attempts, long sinceNanos) {}

    /// Deliveries that may wait for one target.
    static final int MOST = 10_000;
    /// With more than these waiting, what comes next is put on disk.
    static final int CROWD = 64;

    private static final Duration QUIET = Duration.ofMinutes(1);

    final Key key;
    /// How often somebody wanted it looked at and it was not yet; who makes it 1 does so.
    final AtomicInteger looks = new AtomicInteger();
    private final long mostBytes;
    private final ArrayDeque<Parcel> queue = new ArrayDeque<>();
    /// Those that were sent and came back; they come first.
    private final PriorityQueue<Parcel> back = new PriorityQueue<>(Comparator.comparingLong(Parcel::ticket));
    private final Map<Long, Refusals> refusals = new HashMap<>(0);
    private long bytes;
    private int underWay;
    private boolean reading;
    private boolean paused;
    private int timesAway;
    private @Nullable String whyAway;
    /// The log says that it is away.
    private boolean said;
    /// When it last said so.
    private long saidNanos;

    private boolean everSaid;

    Address(Key key, long mostBytes) {
        this.key = key;
        this.mostBytes = mostBytes;
    }

    synchronized void add(Parcel parcel) {
        queue.add(parcel);
        bytes += parcel.bytes;
    }

    /// The next one if it may be sent now.
    synchronized @Nullable Parcel next(int atOnce) {
        return paused || reading || underWay >= atOnce ? null : first();
    }

    private @Nullable Parcel first() {
        return back.isEmpty() ? queue.peek() : back.peek();
    }

    /// It is under way, or there is nothing to send.
    synchronized void remove(Parcel parcel, boolean sent) {
        if (!back.remove(parcel)) {
            queue.remove(parcel);
        }
        bytes -= parcel.bytes;
        if (sent) {
            underWay++;
        } else {
            refusals.remove(parcel.ticket);
        }
    }

    /// A call is read from disk, or has been.
    synchronized void reading(boolean now) {
        reading = now;
    }

    /// It has arrived, or was given up: the other side is there.
    synchronized void ended(Parcel parcel) {
        underWay--;
        refusals.remove(parcel.ticket);
    }

    /// The other side is there.
    ///
    /// @return whether it had been away, and the log has said so
    synchronized boolean here() {
        boolean was = said;
        said = false;
        timesAway = 0;
        whyAway = null;
        return was;
    }

    /// It was not taken, and comes next when the pause is over.
    synchronized void putBack(Parcel parcel) {
        underWay--;
        waitAgain(parcel);
    }

    /// It was not taken, and later ones may pass until [#waitAgain].
    synchronized void putAside() {
        underWay--;
    }

    synchronized void waitAgain(Parcel parcel) {
        back.add(parcel);
        bytes += parcel.bytes;
    }

    /// @return false if it is paused already
    synchronized boolean pause() {
        boolean first = !paused;
        paused = true;
        return first;
    }

    synchronized void goOn() {
        paused = false;
    }

    /// Whether the log shall say that it is away: once, and not again within a minute where it comes and goes.
    synchronized boolean says(long nanos) {
        boolean says = !said && !(everSaid && nanos - saidNanos < QUIET.toNanos());
        if (says) {
            said = true;
            everSaid = true;
            saidNanos = nanos;
        }
        return says;
    }

    /// @return how often in a row the other side was away, this time included
    synchronized int away(String why) {
        whyAway = why;
        return ++timesAway;
    }

    /// Why what is here waits, or null if the other side was there when it was last tried.
    synchronized @Nullable String whyAway() {
        return whyAway;
    }

    synchronized Refusals refused(Parcel parcel, long nanos) {
        return refusals.merge(
                parcel.ticket,
                new Refusals(1, nanos),
                (before, now) -> new Refusals(before.attempts + 1, before.sinceNanos));
    }

    /// Whether what comes next has to wait for long.
    synchronized boolean isStopped() {
        return paused || timesAway > 0 || queue.size() + back.size() > CROWD;
    }

    synchronized boolean isFull() {
        return queue.size() + back.size() >= MOST || bytes >= mostBytes;
    }

    synchronized boolean isIdle() {
        // what was put aside has refusals
        return queue.isEmpty() && back.isEmpty() && underWay == 0 && !reading && refusals.isEmpty();
    }

    synchronized int size() {
        return queue.size() + back.size();
    }

    synchronized long bytes() {
        return bytes;
    }
}
