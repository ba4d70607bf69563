package dev.fern.mqtt;

import dev.fern.Durations;
import dev.fern.Metrics;
import dev.fern.SinkException;
import dev.fern.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Messages on their way to one broker, in order: those it has not acknowledged, and those that wait for it, or for a
/// connection. Bounded, and within the broker's Receive Maximum (MQTT 5, section 4.9): Paho has no queue. Any thread.
final class Outbox {
    private static final int MOST = 1000;
    private static final long MOST_BYTES = 4L << 20;
    private static final int WINDOW = 200;
    /// When to try again what a connection that is there did not take; as a rule it has just been lost.
    private static final Duration SOON = Duration.ofSeconds(1);

    /// After so many connections that broke under a message it is sent alone, and then given up: brokers hang
    /// up on what they cannot take, and it would come first again.
    private static final int SUSPECT = 2;

    private static final int CULPRIT = 4;

    private static final class Item {
        final Outgoing message;
        final long since;
        final CompletableFuture<Void> done = new CompletableFuture<>();
        int broken;

        Item(Outgoing message, long since) {
            this.message = message;
            this.since = since;
        }
    }

    private record End(Item item, @Nullable SinkException fault) {
        void tell() {
            if (fault == null) {
                item.done.complete(null);
            } else {
                item.done.completeExceptionally(fault);
            }
        }
    }

    private final Time time;
    private final int packetBytes;
    private final LongAdder published;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Item> waiting = new ArrayDeque<>();
    private final ArrayDeque<Item> inFlight = new ArrayDeque<>();
    private long bytes;
    private @Nullable Link link;
    /// How many of QoS 1 may be in flight, and how many are.
    private int window;

    private int unacknowledged;
    private long brokerBytes = Long.MAX_VALUE;
    private boolean closed;

    Outbox(String broker, int packetBytes, Time time, Metrics metrics) {
        this.time = time;
        this.packetBytes = packetBytes;
        published = metrics.counter("fern_mqtt_published_total", "broker", broker);
        metrics.gauge(this::size, "fern_mqtt_outbox_messages", "broker", broker);
        metrics.gauge(this::bytes, "fern_mqtt_outbox_bytes", "broker", broker);
    }

    /// Completes when the broker has it. Fails at once if there is no room.
    CompletionStage<Void> send(Outgoing message) {
        if (message.size() > packetBytes) {
            return CompletableFuture.failedFuture(tooLarge(message, packetBytes));
        }
        var item = new Item(message, time.nanos());
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(SinkException.away("Fern is stopping"));
            }
            if (size() >= MOST || bytes + message.size() > MOST_BYTES) {
                return CompletableFuture.failedFuture(SinkException.away(size() + " messages with " + (bytes >> 10)
                        + " KB wait for the broker already; that is the limit"));
            }
            bytes += message.size();
            waiting.add(item);
        } finally {
            lock.unlock();
        }
        pump();
        return item.done;
    }

    /// A connection is there: first goes the greeting, then what the last one left unacknowledged, then the rest.
    void up(Link current, Link.Limits limits, List<Outgoing> greeting) {
        lock.lock();
        try {
            for (var message : greeting.reversed()) {
                bytes += message.size();
                waiting.addFirst(new Item(message, time.nanos()));
            }
            link = current;
            brokerBytes = limits.packetBytes();
            window = Math.min(limits.receiveMaximum(), WINDOW);
        } finally {
            lock.unlock();
        }
        pump();
    }

    /// The connection is lost, and with it every acknowledgement that was due.
    void down(Link lost) {
        var ends = new ArrayList<End>();
        lock.lock();
        try {
            if (link != lost) {
                return;
            }
            link = null;
            unacknowledged = 0;
            inFlight.forEach(item -> item.broken++);
            if (inFlight.size() == 1 && inFlight.getFirst().broken >= CULPRIT) {
                var culprit = inFlight.removeFirst();
                ends.add(end(
                        culprit,
                        SinkException.later("the broker ended the connection each time this message for "
                                + culprit.message.topic() + " was sent; look at its log and its size limits")));
            }
            while (!inFlight.isEmpty()) {
                waiting.addFirst(inFlight.removeLast());
            }
        } finally {
            lock.unlock();
        }
        ends.forEach(End::tell);
    }

    /// Nothing more leaves; whoever waits is told to try later.
    void close() {
        var ends = new ArrayList<End>();
        lock.lock();
        try {
            closed = true;
            link = null;
            waiting.addAll(inFlight);
            inFlight.clear();
            waiting.forEach(item -> ends.add(end(item, SinkException.away("Fern is stopping"))));
            waiting.clear();
        } finally {
            lock.unlock();
        }
        ends.forEach(End::tell);
    }

    int size() {
        lock.lock();
        try {
            return waiting.size() + inFlight.size();
        } finally {
            lock.unlock();
        }
    }

    private long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private void pump() {
        var ends = new ArrayList<End>(0);
        lock.lock();
        try {
            var current = link;
            while (current != null && waiting.peek() instanceof Item item && hasRoom(item)) {
                waiting.remove();
                if (unsendable(item) instanceof SinkException fault) {
                    ends.add(end(item, fault));
                    continue;
                }
                inFlight.add(item);
                unacknowledged += item.message.qos();
                if (!current.publish(item.message, expiryS(item), answer(item, current))) {
                    inFlight.removeLast();
                    unacknowledged -= item.message.qos();
                    waiting.addFirst(item);
                    time.after(SOON, this::pump);
                    break;
                }
            }
        } finally {
            lock.unlock();
        }
        ends.forEach(End::tell);
    }

    private boolean hasRoom(Item next) {
        if (next.broken >= SUSPECT) {
            return inFlight.isEmpty();
        }
        return inFlight.size() < WINDOW && (next.message.qos() == 0 || unacknowledged < window);
    }

    private @Nullable SinkException unsendable(Item item) {
        if (item.message.size() > brokerBytes) {
            return tooLarge(item.message, brokerBytes);
        }
        var expiry = item.message.expiry();
        if (expiry != null && time.nanos() - item.since >= expiry.toNanos()) {
            return SinkException.never("the message for " + item.message.topic() + " was not sent within its expiry of "
                    + Durations.text(expiry) + ", as the broker was away");
        }
        return null;
    }

    private long expiryS(Item item) {
        var expiry = item.message.expiry();
        if (expiry == null) {
            return 0;
        }
        return Math.max(1, expiry.minusNanos(time.nanos() - item.since).toSeconds());
    }

    private Link.Answer answer(Item item, Link through) {
        return (reason, text) -> {
            if (reason == Link.LOST) {
                return; // it stays in flight until the connection's end is told
            }
            boolean taken = reason < 0x80;
            End end;
            lock.lock();
            try {
                if (link != through || !inFlight.remove(item)) {
                    return;
                }
                unacknowledged -= item.message.qos();
                end = end(item, taken ? null : Faults.publish(reason, text, item.message.topic()));
            } finally {
                lock.unlock();
            }
            if (taken) {
                published.increment();
            }
            pump();
            end.tell();
        };
    }

    private End end(Item item, @Nullable SinkException fault) {
        bytes -= item.message.size();
        return new End(item, fault);
    }

    private static SinkException tooLarge(Outgoing message, long most) {
        return SinkException.never("the message for " + message.topic() + " has "
                + message.body().size() + " bytes; the broker and this device take packets of at most " + most);
    }
}
