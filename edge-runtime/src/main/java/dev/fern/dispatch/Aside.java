package dev.fern.dispatch;

import dev.fern.Time;
import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Calls that left their lane's order: they stepped aside, or an operator runs them again. Read from disk when they are
/// due, a bounded number at once. Any thread.
final class Aside {
    private static final int AT_ONCE = 32;
    private static final Duration BUSY = Duration.ofMillis(100);
    /// How long a call waits before it is looked again whether its function is back.
    static final Duration NO_FUNCTION = Duration.ofSeconds(10);

    private final Later later;
    private final Journal journal;
    private final Line line;
    private final AtomicInteger underWay = new AtomicInteger();

    Aside(Time time, Journal journal, Line line) {
        this.journal = journal;
        this.line = line;
        later = new Later(time, this::due);
    }

    /// A call that is on disk.
    void add(Duration delay, long seq) {
        later.add(delay, seq, null);
    }

    /// A call that is only in memory.
    void add(Duration delay, Item item) {
        later.add(delay, item.seq, item);
    }

    int size() {
        return later.size();
    }

    /// One of them runs no more.
    void ended() {
        underWay.decrementAndGet();
    }

    private void due(Later.Due due) {
        if (underWay.incrementAndGet() > AT_ONCE) {
            underWay.decrementAndGet();
            later.add(BUSY, due.seq(), due.item());
        } else if (due.item() instanceof Item item) {
            line.start(item);
        } else {
            journal.read(due.seq(), entry -> {
                if (entry == null || entry.state() != Entry.State.WAITING) {
                    ended();
                    return;
                }
                go(entry);
            });
        }
    }

    private void go(Entry entry) {
        var fn = entry.call().trigger().fn();
        if (!line.routes.containsKey(fn)) {
            ended();
            add(NO_FUNCTION, entry.seq());
            return;
        }
        var item = line.revive(entry, new Lane(entry.lane(), fn), Item.Step.IN_LANE);
        item.aside = true;
        line.start(item);
    }
}
