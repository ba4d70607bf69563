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

    /// Bytes of events.
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
        of(entry.state()).incrementAndGet();
        bytes.addAndGet(entry.call().event().size());
    }

    void moved(Entry.State from, Entry.State to) {
        of(from).decrementAndGet();
        of(to).incrementAndGet();
    }

    void forgot(Entry entry) {
        of(entry.state()).decrementAndGet();
        bytes.addAndGet(-entry.call().event().size());
    }

    void forgot(Store.Forgotten gone) {
        calls.addAndGet(-gone.calls());
        bytes.addAndGet(-gone.bytes());
        dead.addAndGet(-gone.dead());
    }

    void trimmed(int most) {
        dead.addAndGet(-most);
    }

    private AtomicLong of(Entry.State state) {
        return state == Entry.State.DEAD ? dead : calls;
    }
}
