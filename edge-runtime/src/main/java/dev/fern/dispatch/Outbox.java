package dev.fern.dispatch;

import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.Metrics;
import dev.fern.Placeholders;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.dispatch.Address.Parcel;
import dev.fern.dispatch.Route.Destination;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import dev.fern.journal.Recovered;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Takes what functions answered to their targets, in order, each target by itself. While the other side is away all
/// that is for it waits, on disk; a message that is refused holds up those behind it for a while, then they pass.
/// Any thread; nothing waits.
final class Outbox {
    private static final System.Logger LOG = System.getLogger("fern.dispatch");

    /// How long a message that is refused keeps its place.
    private static final Duration HOLD = Duration.ofSeconds(5);
    /// The longest pause that a target may ask for.
    private static final Duration ASKED_MOST = Duration.ofMinutes(10);

    /// One delivery in the hands of a sink.
    private record Sent(Address address, Parcel parcel, Item item, Delivery delivery, Destination destination) {}

    private final Line line;
    private final Journal journal;
    private final Map<String, Sink> sinks;
    private final Time time;
    private final long mostBytes;
    private final Consumer<FnName> roomy;
    private final LongAdder sent;
    private final LongAdder retried;
    private final Map<Address.Key, Address> addresses = new ConcurrentHashMap<>();
    private final AtomicLong tickets = new AtomicLong();

    /// @param sinks by type of target
    /// @param mostBytes of messages that may wait for one target
    /// @param roomy hears that a target of that function, which was full, has room again
    Outbox(
            Line line,
            Journal journal,
            Map<String, Sink> sinks,
            Time time,
            long mostBytes,
            Consumer<FnName> roomy,
            Metrics metrics) {
        this.line = line;
        this.journal = journal;
        this.sinks = sinks;
        this.time = time;
        this.mostBytes = mostBytes;
        this.roomy = roomy;
        sent = metrics.counter("fern_outputs_sent_total");
        retried = metrics.counter("fern_outputs_retried_total");
        metrics.gauge(() -> sum(Address::size), "fern_outputs_waiting");
        metrics.gauge(() -> sum(Address::bytes), "fern_outputs_waiting_bytes");
    }

    private double sum(ToLongFunction<Address> count) {
        return addresses.values().stream().mapToLong(count).sum();
    }

    /// Whether the target may get the message twice.
    boolean repeatable(Event message, Target target) {
        var sink = sinks.get(target.type());
        return sink == null || sink.repeatable(message, target);
    }

    /// Whether so much waits for one of its targets that no further answer should be made.
    boolean isFull(Route route) {
        for (var destination : route.destinations()) {
            if (isFull(destination)) {
                return true;
            }
        }
        return line.followers.all(route.fn.name()).anyMatch(this::isFull);
    }

    private boolean isFull(Destination destination) {
        return addresses.get(destination.address()) instanceof Address address && address.isFull();
    }

    /// Why answers of that function wait for a target, or null if none do.
    @Nullable String away(FnName fn) {
        for (var address : addresses.values()) {
            if (address.key.fn().equals(fn) && address.whyAway() instanceof String why) {
                return address.size() + " answers wait for " + why;
            }
        }
        return null;
    }

    /// Adds what a call owes to the queues, which [#pump] then moves.
    ///
    /// @return whether some of it has to wait for long
    boolean add(long seq, FnName fn, Iterable<Delivery> owed) {
        boolean waits = false;
        for (var one : owed) {
            waits |= add(fn, one.target(), seq, one.message().size()).isStopped();
        }
        return waits;
    }

    /// Adds what an earlier run left on disk.
    void recover(Recovered.Answered found) {
        if (found.owed().isEmpty()) {
            journal.read(found.seq(), entry -> {
                if (entry != null && entry.state() == Entry.State.ANSWERED) {
                    line.sending().end(entry);
                }
            });
        }
        for (var one : found.owed()) {
            add(found.fn(), one.target(), found.seq(), one.bytes());
        }
    }

    /// In one step, so that an address that nobody needs cannot be taken away before it.
    private Address add(FnName fn, String target, long seq, int bytes) {
        return addresses.compute(new Address.Key(fn, target), (key, known) -> {
            var address = known == null ? new Address(key, mostBytes) : known;
            address.add(new Parcel(tickets.incrementAndGet(), seq, bytes));
            return address;
        });
    }

    /// Sends what may be sent for these.
    void pump(FnName fn, Iterable<Delivery> owed) {
        for (var one : owed) {
            if (addresses.get(new Address.Key(fn, one.target())) instanceof Address address) {
                pump(address);
            }
        }
    }

    /// The function runs in another version, or not any more: what waits for it follows.
    void pump(FnName fn) {
        for (var address : addresses.values()) {
            if (address.key.fn().equals(fn)) {
                pump(address);
            }
        }
        for (var key : addresses.keySet()) {
            if (key.fn().equals(fn)) {
                addresses.computeIfPresent(key, (_, address) -> address.isIdle() ? null : address);
            }
        }
    }

    /// One thread at a time moves an address; others leave it a note.
    private void pump(Address address) {
        if (address.looks.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        while (seen != 0) {
            while (sendNext(address)) {}
            seen = address.looks.addAndGet(-seen);
        }
    }

    private boolean sendNext(Address address) {
        var route = line.routes.get(address.key.fn());
        if (route == null) {
            return false;
        }
        var destination = destination(route, address.key);
        var sink = destination == null ? null : sinks.get(destination.target().type());
        var parcel = address.next(sink == null ? 1 : sink.atOnce());
        if (parcel == null) {
            return false;
        }
        var item = line.live().get(parcel.seq());
        if (item == null) {
            address.reading(true);
            journal.read(parcel.seq(), entry -> read(address, parcel, entry));
            return false;
        }
        Delivery delivery;
        synchronized (item) {
            if (item.step == Item.Step.RESTING) {
                return true; // it is gone from memory, and read again
            }
            delivery = item.step == Item.Step.SENDING ? item.take(address.key.target()) : null;
        }
        remove(address, parcel, delivery != null);
        if (delivery != null && destination == null) {
            end(address, parcel, item, delivery, "target " + address.key.target() + " is not defined any more");
        } else if (delivery != null && destination != null) {
            attempt(new Sent(address, parcel, item, delivery, destination));
        }
        return true;
    }

    private @Nullable Destination destination(Route route, Address.Key key) {
        var own = route.destination(key.target());
        return own == null ? line.followers.destination(key.fn(), key.target()) : own;
    }

    private void remove(Address address, Parcel parcel, boolean sent) {
        boolean wasFull = address.isFull();
        address.remove(parcel, sent);
        if (wasFull && !address.isFull()) {
            roomy.accept(address.key.fn());
        }
    }

    /// On the journal's thread.
    private void read(Address address, Parcel parcel, @Nullable Entry entry) {
        Runnable goOn = () -> {
            address.reading(false);
            pump(address);
        };
        // A call that came into memory meanwhile, and has left it again, has changed its row: asked in this
        // order, nothing is sent twice, or forgotten, for an old row.
        if (line.live().get(parcel.seq()) != null || journal.changes(parcel.seq())) {
            goOn.run();
        } else if (entry == null || entry.state() != Entry.State.ANSWERED) {
            remove(address, parcel, false);
            goOn.run();
        } else {
            line.sending().resume(entry, goOn);
        }
    }

    private void attempt(Sent one) {
        var tooOld = one.destination.tooOld(one.item.age.now());
        if (tooOld != null) {
            end(one, tooOld);
            return;
        }
        deliver(one, failure -> {
            if (failure == null) {
                sent.increment();
                isThere(one);
                end(one, null);
            } else {
                failed(one, failure);
            }
        });
    }

    private void deliver(Sent one, Consumer<@Nullable Throwable> then) {
        var message = one.delivery.message();
        Target target;
        Sink sink;
        try {
            target = Placeholders.fill(one.destination.target(), message);
            sink = sinks.get(target.type());
        } catch (SinkException | RuntimeException e) {
            then.accept(e);
            return;
        }
        if (sink == null) {
            then.accept(SinkException.never("nothing here sends to " + target.type()));
        } else {
            sink.send(message, target, then);
        }
    }

    private void end(Sent one, @Nullable String why) {
        end(one.address, one.parcel, one.item, one.delivery, why);
    }

    private void end(Address address, Parcel parcel, Item item, Delivery delivery, @Nullable String why) {
        address.ended(parcel);
        line.sending().ended(item, delivery, why);
        pump(address);
    }

    private void isThere(Sent one) {
        if (one.address.here()) {
            LOG.log(
                    Level.INFO,
                    "{0} takes the answers of {1} again",
                    one.destination.target().binding(),
                    one.address.key.fn());
        }
    }

    private void failed(Sent one, Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        var why = one.destination.target().binding() + ": " + cause.getMessage();
        var refusal = cause instanceof SinkException e ? e : SinkException.later(why);
        if (refusal.kind() == SinkException.Kind.AWAY) {
            away(one, why, refusal.retryAfter());
            return;
        }
        isThere(one);
        if (refusal.kind() == SinkException.Kind.NEVER) {
            end(one, why);
        } else {
            refused(one, why, refusal.retryAfter());
        }
    }

    /// It says nothing about the message: no attempt is counted, and all that is for this target waits.
    private void away(Sent one, String why, @Nullable Duration asked) {
        var address = one.address;
        line.sending().returned(one.item, one.delivery, why);
        address.putBack(one.parcel);
        if (address.pause()) {
            int times = address.away(why);
            if (address.says(time.nanos())) {
                LOG.log(Level.WARNING, "the answers of {0} wait, on disk: {1}", address.key.fn(), why);
            }
            goOn(address, pause(one.destination.backoff().after(times), asked));
        }
        retried.increment();
        line.sending().keep(one.item);
    }

    private void refused(Sent one, String why, @Nullable Duration asked) {
        var address = one.address;
        var refusals = address.refused(one.parcel, time.nanos());
        if (refusals.attempts() > one.destination.backoff().retries()) {
            end(one, why);
            return;
        }
        line.sending().returned(one.item, one.delivery, why);
        var delay = pause(one.destination.backoff().after(refusals.attempts()), asked);
        if (time.nanos() - refusals.sinceNanos() + delay.toNanos() <= HOLD.toNanos()) {
            address.putBack(one.parcel);
            if (address.pause()) {
                goOn(address, delay);
            }
        } else {
            address.putAside();
            time.after(delay, () -> {
                address.waitAgain(one.parcel);
                pump(address);
            });
        }
        retried.increment();
        line.sending().keep(one.item);
        pump(address);
    }

    private void goOn(Address address, Duration after) {
        time.after(after, () -> {
            address.goOn();
            pump(address);
        });
    }

    /// As the target asks, within bounds, and not sooner than the definition says.
    private static Duration pause(Duration own, @Nullable Duration asked) {
        if (asked == null || asked.compareTo(own) < 0) {
            return own;
        }
        return asked.compareTo(ASKED_MOST) < 0 ? asked : ASKED_MOST;
    }
}
