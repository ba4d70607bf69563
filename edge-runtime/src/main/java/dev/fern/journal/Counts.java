package dev.fern.journal;

import java.util.concurrent.atomic.AtomicLong;

/// How much there is on disk, or about to be. Any thread.
final class Counts {
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong dead = new AtomicLong();

    /// Calls owed, dead ones not counted.
    long calls() {
        return calls.get();
    }

    /// Bytes of the events of calls owed, as the file has them: what a start finds is the same number.
    long bytes() {
        return bytes.get();
    }

    long dead() {
        return dead.get();
    }

    void begin(Recovered recovered) {
        calls.set(recovered.calls());
        bytes.set(recovered.bytes());
        dead.set(recovered.dead());
    }

    void added(Entry entry) {
        count(entry, entry.state(), 1);
    }

    void moved(Entry.State from, Entry entry) {
        count(entry, from, -1);
        count(entry, entry.state(), 1);
    }

    void forgot(Entry entry) {
        count(entry, entry.state(), -1);
    }

    private void count(Entry entry, Entry.State state, int change) {
        if (state == Entry.State.DEAD) { // bounded by their number
            dead.addAndGet(change);
        } else {
            calls.addAndGet(change);
            bytes.addAndGet((long) change * Codec.size(entry.call().event()));
        }
    }

    void forgot(Store.Forgotten gone) {
        calls.addAndGet(-gone.calls());
        bytes.addAndGet(-gone.bytes());
        dead.addAndGet(-gone.dead());
    }

    void trimmed(int most) {
        dead.addAndGet(-most);
    }
}
