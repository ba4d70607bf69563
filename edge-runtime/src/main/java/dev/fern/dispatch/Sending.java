package dev.fern.dispatch;

import dev.fern.Event;
import dev.fern.Time;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The last stretch of a call: its function has run, its targets are owed. What has to wait for its target is put on
/// disk, whatever its trigger's durability, and leaves memory. Any thread; nothing waits.
final class Sending {
    /// How long a target may take before the answer is put on disk.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Line line;
    private final Shelf shelf;
    private final Outbox outbox;
    private final Time time;
    private final AtomicBoolean watching = new AtomicBoolean();

    Sending(Line line, Shelf shelf, Outbox outbox, Time time) {
        this.line = line;
        this.shelf = shelf;
        this.outbox = outbox;
        this.time = time;
    }

    /// Sends what is owed, or settles at once if nothing is.
    void send(Item item) {
        List<Delivery> all;
        synchronized (item) {
            item.step = Item.Step.SENDING;
            item.sendingNanos = time.nanos();
            if (item.call.event().headers().first(Event.REDELIVERED) != null) {
                item.owed.removeIf(Delivery::once); // it may have been sent before a crash
            }
            all = List.copyOf(item.owed);
        }
        if (all.isEmpty()) {
            line.done(item);
        } else if (item.disk == Item.Disk.NONE) {
            carry(item, all);
        } else {
            record(item, all, () -> carry(item, all));
        }
    }

    /// Sends what tells of a call that was given up; when that has arrived it is dead.
    void tell(Item item, List<Delivery> told) {
        synchronized (item) {
            item.dying = true;
            item.step = Item.Step.SENDING;
            item.sendingNanos = time.nanos();
            item.owed.addAll(told);
        }
        if (item.disk == Item.Disk.NONE) {
            carry(item, told);
        } else {
            record(item, told, () -> carry(item, told));
        }
    }

    /// The row has forgotten what must not be sent twice before it is sent: at most once. The rest need not wait.
    private void record(Item item, List<Delivery> all, Runnable then) {
        if (all.stream().anyMatch(one -> one.once() && !one.lost())) {
            shelf.put(item, Entry.State.ANSWERED, then, () -> {});
        } else {
            shelf.put(item, Entry.State.ANSWERED, null, () -> {});
            then.run();
        }
    }

    private void carry(Item item, List<Delivery> all) {
        var fn = item.lane.fn;
        boolean waits = outbox.add(item.seq, fn, all);
        outbox.pump(fn, all);
        if (waits) {
            keep(item);
        } else if (item.step == Item.Step.SENDING) {
            watch();
        }
    }

    /// Goes on with a call that was only on disk: then its deliveries can be taken.
    void resume(Entry entry, Runnable then) {
        var item = revived(entry);
        if (entry.owed().stream().anyMatch(one -> one.once() && !one.lost())) {
            record(item, entry.owed(), then);
        } else {
            then.run();
        }
    }

    /// Ends a call that has nothing to send any more: what it owed must not be sent twice.
    void end(Entry entry) {
        finish(revived(entry));
    }

    private Item revived(Entry entry) {
        var lane = new Lane(entry.lane(), entry.call().trigger().fn());
        return line.revive(entry, lane, Item.Step.SENDING);
    }

    /// A delivery has arrived, or was given up.
    ///
    /// @param why it was, or null
    void ended(Item item, Delivery delivery, @Nullable String why) {
        synchronized (item) {
            item.giveBack(delivery);
            item.owed.removeIf(delivery::is);
            if (why != null) {
                item.owed.add(delivery.lost(true));
                item.reason = item.dying ? item.reason : why;
            }
            if (item.step != Item.Step.SENDING) {
                return;
            }
            if (item.isOwed()) {
                if (item.disk != Item.Disk.NONE) { // this one is not sent again after a crash
                    shelf.put(item, Entry.State.ANSWERED, item.isUnderWay() ? null : () -> rest(item), () -> {});
                }
                return;
            }
        }
        finish(item);
    }

    private void finish(Item item) {
        boolean failed;
        synchronized (item) {
            item.step = Item.Step.ENDED;
            failed = item.dying || !item.owed.isEmpty();
        }
        line.leaveSending(item);
        if (failed) {
            line.die(item);
        } else {
            line.done(item);
        }
        line.pump(item.lane);
    }

    /// A sink has not taken it. Before it is in the queue again, or who finds it there would take it for one that is
    /// under
    /// way; [#keep] comes afterwards.
    void returned(Item item, Delivery delivery, String why) {
        synchronized (item) {
            item.giveBack(delivery);
            item.reason = item.dying ? item.reason : why;
        }
    }

    /// Puts it on disk, after those before it: then its source and its lane need not wait for it, nor any memory.
    void keep(Item item) {
        item.lane.sendingUpTo(item).forEach(this::keepOne);
    }

    private void keepOne(Item item) {
        synchronized (item) {
            if (item.step != Item.Step.SENDING) {
                return;
            }
            if (item.disk != Item.Disk.SAFE || item.rowState != Entry.State.ANSWERED) {
                shelf.put(item, Entry.State.ANSWERED, () -> kept(item), () -> {});
                return;
            }
        }
        kept(item);
    }

    private void kept(Item item) {
        item.settle();
        line.leaveSending(item);
        rest(item);
        line.pump(item.lane);
    }

    /// Leaves memory until one of its targets can have its part, unless its row does not have all.
    private void rest(Item item) {
        synchronized (item) {
            if (item.step == Item.Step.SENDING
                    && !item.isUnderWay()
                    && item.isOwed()
                    && item.owed.stream().noneMatch(one -> one.once() && !one.lost())) {
                item.step = Item.Step.RESTING;
                line.live().leave(item);
            }
        }
    }

    private void watch() {
        if (!watching.get() && watching.compareAndSet(false, true)) {
            time.after(PATIENCE, this::look);
        }
    }

    /// Whose target takes long is put on disk.
    private void look() {
        watching.set(false);
        long now = time.nanos();
        for (var item : line.live().all()) {
            if (item.step == Item.Step.SENDING && item.disk == Item.Disk.NONE) {
                watch();
                if (now - item.sendingNanos >= PATIENCE.toNanos()) {
                    keep(item);
                }
            }
        }
    }
}
