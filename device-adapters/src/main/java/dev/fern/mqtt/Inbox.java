package dev.fern.mqtt;

import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Intake;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.Time;
import dev.fern.mqtt.Routes.Route.Own;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Messages of QoS 1 from the moment they come in until they are acknowledged.
///
/// ```
/// arrived ─► one part for each trigger ─► accept ─► receipt done ─► part done ─► all parts done ─► acknowledged, in
/// the
///                                          │ full                                                  order of receipt
///                                          └► waits in its trigger's line, is tried again
/// ```
///
/// While the work of a message is not done the broker keeps it (`durable=broker`), and its window keeps us from being
/// flooded. A message that would hold up the others is put on disk: see [#holdsUp]. No lock is held while the intake
/// is called, as it may call back.
final class Inbox {
    /// How many messages of QoS 1 a broker may send ahead of acknowledgements.
    static final int RECEIVE_MAXIMUM = 40;

    private static final int CROWD = Math.min(RECEIVE_MAXIMUM, 20) / 2;
    private static final long LONG_NS = Duration.ofSeconds(2).toNanos();
    private static final long SHORT_NS = Duration.ofMillis(100).toNanos();
    private static final Duration TICK = Duration.ofMillis(50);

    /// One connection's side of an acknowledgement.
    interface Acknowledger {
        void acknowledge(int id);
    }

    /// A message until it is acknowledged.
    private static final class Unfinished {
        final Acknowledger origin;
        final int id;
        final long arrived;
        final List<Part> parts = new ArrayList<>(1);
        final AtomicInteger open = new AtomicInteger();
        /// The connection is lost and the broker will send it again.
        volatile boolean forgotten;

        Unfinished(Acknowledger origin, int id, long arrived) {
            this.origin = origin;
            this.id = id;
            this.arrived = arrived;
        }

        boolean isDone() {
            return open.get() == 0;
        }

        boolean isKept() {
            return parts.stream().allMatch(part -> part.kept);
        }
    }

    /// A message for one trigger.
    private static final class Part {
        final Unfinished message;
        final Taker receiver;
        final Event event;
        final AtomicBoolean finished = new AtomicBoolean();
        volatile @Nullable Receipt receipt;
        /// Asked to go to disk. Under the lock.
        boolean kept;

        Part(Unfinished message, Taker receiver, Event event) {
            this.message = message;
            this.receiver = receiver;
            this.event = event;
        }
    }

    private final Intake intake;
    private final Events events;
    private final Hearers hearers;
    private final Time time;
    private final LongAdder acknowledged;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Unfinished> unfinished = new ArrayDeque<>();
    /// Parts that the intake had no room for, oldest first. A line that is there is not empty.
    private final Map<Taker, ArrayDeque<Part>> lines = new HashMap<>();

    private boolean ticking;

    /// @param acknowledged counts acknowledgements
    Inbox(Intake intake, Events events, Hearers hearers, Time time, LongAdder acknowledged) {
        this.intake = intake;
        this.events = events;
        this.hearers = hearers;
        this.time = time;
        this.acknowledged = acknowledged;
    }

    /// Takes on a message for these, and acknowledges it when that is done. One thread for each connection.
    void take(Incoming message, List<Routes.Match> matches, Acknowledger origin) {
        take(message, matches, origin, null);
    }

    /// The same, and not before that stage has completed, which never fails.
    void take(
            Incoming message, List<Routes.Match> matches, Acknowledger origin, @Nullable CompletionStage<Void> first) {
        var entry = new Unfinished(origin, message.id(), time.nanos());
        if (!matches.isEmpty()) {
            split(message, matches, entry);
        }
        if (message.qos() == 0) {
            return;
        }
        entry.open.set(entry.parts.size() + (first == null ? 0 : 1));
        lock.lock();
        try {
            unfinished.add(entry);
        } finally {
            lock.unlock();
        }
        entry.parts.forEach(this::offer);
        if (first != null) {
            first.whenComplete((_, _) -> {
                entry.open.decrementAndGet();
                acknowledgeDone();
            });
        }
        acknowledgeDone();
    }

    private void split(Incoming message, List<Routes.Match> matches, Unfinished entry) {
        boolean addressed = matches.stream().anyMatch(match -> match.route().own() == Own.EVENTS);
        var read = events.of(message, addressed);
        for (var match : matches) {
            Headers headers = Events.headers(message, match.found());
            for (var receiver : match.route().receivers(message.retained())) {
                give(message, receiver, read.with(headers), entry);
            }
        }
        boolean replayed = matches.stream().allMatch(match -> match.route().isReplay(message.retained()));
        if (read.cloudEvent() instanceof Event event && !replayed) {
            tell(message, event, addressed, entry);
        }
    }

    private void give(Incoming message, Taker receiver, Event event, Unfinished entry) {
        if (message.qos() == 0 || receiver.qos() == 0) {
            offer(receiver, event);
        } else {
            entry.parts.add(new Part(entry, receiver, event));
        }
    }

    /// A CloudEvent goes to those who want it, too, whatever it was subscribed for.
    private void tell(Incoming message, Event event, boolean addressed, Unfinished entry) {
        var takers = hearers.of(event);
        if (addressed && takers.isEmpty()) {
            hearers.unheard();
        }
        for (var taker : takers) {
            give(message, taker, event.withAll(Events.headers(message, List.of())), entry);
        }
    }

    /// The connection is lost: the broker will send again what was not acknowledged.
    void forget(Acknowledger origin) {
        var forgotten = new ArrayList<Unfinished>();
        lock.lock();
        try {
            unfinished.removeIf(entry -> entry.origin.equals(origin) && forgotten.add(entry));
            lines.values().forEach(line -> line.removeIf(part -> part.message.origin.equals(origin)));
            lines.values().removeIf(ArrayDeque::isEmpty);
        } finally {
            lock.unlock();
        }
        for (var entry : forgotten) {
            entry.forgotten = true;
            entry.parts.forEach(Inbox::withdraw);
        }
    }

    /// These triggers are gone, and what still waits for them with them.
    void remove(List<? extends Taker> gone) {
        var parts = new ArrayList<Part>();
        lock.lock();
        try {
            for (var receiver : gone) {
                var line = lines.remove(receiver);
                parts.addAll(line == null ? List.of() : line);
            }
        } finally {
            lock.unlock();
        }
        parts.forEach(this::finish);
    }

    int size() {
        lock.lock();
        try {
            return unfinished.size();
        } finally {
            lock.unlock();
        }
    }

    /// Of QoS 0: what there is no room for is lost.
    private void offer(Taker receiver, Event event) {
        try {
            intake.accept(receiver.trigger(), event);
        } catch (IntakeFullException e) {
            receiver.drop();
        }
    }

    private void offer(Part part) {
        if (joinsLine(part, false) || accepted(part)) {
            return;
        }
        joinsLine(part, true);
    }

    /// Whether the part stands in line now.
    private boolean joinsLine(Part part, boolean opens) {
        lock.lock();
        try {
            var line = lines.get(part.receiver);
            if (line == null && !opens) {
                return false;
            }
            if (!part.message.forgotten) {
                lines.computeIfAbsent(part.receiver, _ -> new ArrayDeque<>()).add(part);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean accepted(Part part) {
        Receipt receipt;
        try {
            receipt = intake.accept(part.receiver.trigger(), part.event);
        } catch (IntakeFullException e) {
            return false;
        }
        part.receipt = receipt;
        if (part.message.forgotten) {
            withdraw(part);
        }
        receipt.done().whenComplete((_, _) -> finish(part));
        return true;
    }

    private void finish(Part part) {
        if (part.finished.compareAndSet(false, true) && part.message.open.decrementAndGet() == 0) {
            acknowledgeDone();
        }
    }

    private static void withdraw(Part part) {
        if (part.receiver.brokerKeeps()
                && part.receipt instanceof Receipt receipt
                && !receipt.done().toCompletableFuture().isDone()) {
            receipt.withdraw();
        }
    }

    /// Acknowledgements leave in the order of receipt (MQTT 5, section 4.6).
    private void acknowledgeDone() {
        lock.lock();
        try {
            while (unfinished.peek() instanceof Unfinished first && first.isDone()) {
                unfinished.remove();
                first.origin.acknowledge(first.id);
                acknowledged.increment();
            }
            if (!ticking && !unfinished.isEmpty()) {
                ticking = true;
                time.after(TICK, this::tick);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tick() {
        try {
            retry();
            keep();
        } finally {
            lock.lock();
            try {
                ticking = !unfinished.isEmpty();
                if (ticking) {
                    time.after(TICK, this::tick);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void retry() {
        for (var receiver : receiversInLine()) {
            while (first(receiver) instanceof Part part && accepted(part)) {
                leaveLine(part);
            }
        }
    }

    private List<Taker> receiversInLine() {
        lock.lock();
        try {
            return List.copyOf(lines.keySet());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Part first(Taker receiver) {
        lock.lock();
        try {
            var line = lines.get(receiver);
            return line == null ? null : line.peek();
        } finally {
            lock.unlock();
        }
    }

    private void leaveLine(Part part) {
        lock.lock();
        try {
            var line = lines.get(part.receiver);
            if (line != null && part.equals(line.peek())) {
                line.remove();
                if (line.isEmpty()) {
                    lines.remove(part.receiver);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Puts calls on disk, oldest first, so that of each trigger what is there is always a prefix.
    private void keep() {
        var receipts = new ArrayList<Receipt>();
        lock.lock();
        try {
            int taken = unfinished.size() + 1;
            for (var entry : unfinished) {
                taken--;
                if (entry.isDone() || entry.isKept()) {
                    continue;
                }
                if (!holdsUp(entry, taken)) {
                    break;
                }
                for (var part : entry.parts) {
                    if (!part.kept && part.receipt instanceof Receipt receipt) {
                        part.kept = true;
                        if (part.receiver.brokerKeeps()) {
                            receipts.add(receipt);
                        }
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        receipts.forEach(Receipt::keep);
    }

    /// Whether the oldest message whose work is not done may not wait any longer: for 2 s at most; and for 100 ms when
    /// it and those behind it take half of the window. A burst that flows through is no reason to write to
    /// the card.
    private boolean holdsUp(Unfinished oldest, int taken) {
        long age = time.nanos() - oldest.arrived;
        return age > LONG_NS || taken >= CROWD && age > SHORT_NS;
    }
}
