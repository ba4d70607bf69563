package dev.fern.dispatch;

import dev.fern.Event;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last stretch of a call: its function has run, its targets are owed. Any thread; nothing waits.
final class Sending {
    private final Line line;
    private final Shelf shelf;
    private final Courier courier;

    Sending(Line line, Shelf shelf, Courier courier) {
        this.line = line;
        this.shelf = shelf;
        this.courier = courier;
    }

    /// Sends what is owed, or settles at once if nothing is.
    void send(Item item, Route route) {
        List<Delivery> all;
        synchronized (item) {
            item.step = Item.Step.SENDING;
            if (item.call.event().headers().first(Event.REDELIVERED) != null) {
                item.owed.removeIf(Delivery::once); // it may have been sent before a crash
            }
            all = List.copyOf(item.owed);
        }
        if (all.isEmpty()) {
            line.done(item);
        } else if (item.disk == Item.Disk.NONE) {
            carry(item, route, all);
        } else if (all.stream().anyMatch(Delivery::once)) {
            // The row must have forgotten it before it is sent: at most once.
            shelf.put(item, Entry.State.ANSWERED, () -> carry(item, route, all), () -> {});
        } else {
            shelf.put(item, Entry.State.ANSWERED, null, () -> {});
            carry(item, route, all);
        }
    }

    private void carry(Item item, Route route, List<Delivery> deliveries) {
        courier.send(deliveries, route, item.age, () -> troubled(item), (delivery, why) -> ended(item, delivery, why));
    }

    private void ended(Item item, Delivery delivery, @Nullable String why) {
        boolean failed;
        synchronized (item) {
            item.owed.removeIf(one -> one.is(delivery));
            if (why != null) {
                item.lost.add(delivery);
                item.reason = why;
            }
            if (!item.owed.isEmpty() || item.step != Item.Step.SENDING) {
                return;
            }
            item.step = Item.Step.ENDED;
            failed = !item.lost.isEmpty();
        }
        if (failed) {
            line.undelivered(item);
        } else {
            line.done(item);
        }
        line.pump(item.lane);
    }

    /// A target has to be tried again: the answer is worth keeping.
    private void troubled(Item item) {
        if (item.isKept()) {
            shelf.put(item, Entry.State.ANSWERED, null, item::settle);
        }
    }
}
