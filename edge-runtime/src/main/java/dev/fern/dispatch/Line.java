package dev.fern.dispatch;

import dev.fern.Answer;
import dev.fern.Call;
import dev.fern.Control;
import dev.fern.Durability;
import dev.fern.FnName;
import dev.fern.Result;
import dev.fern.Time;
import dev.fern.invoke.Invoker;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// What happens to a call from its turn in the lane to its end. Any thread; nothing waits. Locks are taken in
/// this order: lane, item; neither is held while a function, a sink or a source is told anything.
final class Line {
    /// Calls of a lane whose targets may be under way at once.
    private static final int SENDING_MOST = 64;
    final Map<FnName, Route> routes = new ConcurrentHashMap<>();
    final Followers followers = new Followers();
    final Stats stats;
    private final String device;
    private final Invoker invoker;
    private final Journal journal;
    private final Shelf shelf;
    private final Outbox outbox;
    private final Sending sending;
    private final Aside aside;
    private final Time time;
    private final Control.Listener listener;
    private final Live live = new Live();
    private final WallTimes times;
    private volatile boolean closed;

    Line(
            String device,
            Invoker invoker,
            Journal journal,
            Stats stats,
            Time time,
            Control.Listener listener,
            Function<Line, Outbox> outboxes) {
        this.device = device;
        this.invoker = invoker;
        this.journal = journal;
        this.shelf = new Shelf(journal);
        this.outbox = outboxes.apply(this);
        this.sending = new Sending(this, shelf, outbox, time);
        this.stats = stats;
        this.time = time;
        this.listener = listener;
        times = new WallTimes(time);
        this.aside = new Aside(time, journal, this);
    }

    Live live() {
        return live;
    }

    Aside aside() {
        return aside;
    }

    Sending sending() {
        return sending;
    }

    Outbox outbox() {
        return outbox;
    }

    /// No further call is started.
    void close() {
        closed = true;
    }

    /// Starts what is due in the lane, in order.
    void pump(Lane lane) {
        times.look();
        var route = routes.get(lane.fn);
        while (route != null && !closed) {
            Item item;
            synchronized (lane) {
                if (lane.holding > 0 || lane.running >= route.fn.concurrency() || lane.sending.size() >= SENDING_MOST) {
                    return;
                }
                if (outbox.isFull(route)) {
                    return;
                }
                item = lane.peek();
                if (item == null || (item.policy.durability() == Durability.DISK && item.disk != Item.Disk.SAFE)) {
                    break;
                }
                lane.poll();
                lane.running++;
            }
            start(item);
        }
        load(lane);
    }

    /// Reads further calls of the lane from disk if there are any and room for them.
    private void load(Lane lane) {
        long after = lane.startLoading();
        if (after < 0) {
            return;
        }
        journal.read(lane.key, after, lane.toLoad(), entries -> {
            lane.loaded(entries.stream()
                    .map(entry -> revive(entry, lane, Item.Step.IN_LANE))
                    .toList());
            pump(lane);
        });
    }

    /// An item from its row. Whoever finds it in memory finds it at that step.
    Item revive(Entry entry, Lane lane, Item.Step step) {
        var trigger = entry.call().trigger();
        var route = routes.get(trigger.fn());
        var policy = route == null ? null : route.policy(trigger);
        var age = Age.of(entry.call(), times, time);
        var item = new Item(this, lane, entry, policy == null ? Policy.lenient(trigger) : policy, age);
        item.step = step;
        item.sendingNanos = time.nanos();
        live.enter(item);
        return item;
    }

    void start(Item item) {
        synchronized (item) {
            item.step = Item.Step.RUNNING;
        }
        invoker.submit(item.lane.fn, item.call, false, result -> ended(item, result));
    }

    /// The centre: what each ending of a call means.
    private void ended(Item item, Result result) {
        switch (result) {
            case Result.Success(Answer answer) -> answered(item, answer);
            case Result.FunctionError _, Result.TimedOut _ -> failed(item, String.valueOf(result.failure()));
            case Result.Unavailable(String reason, Duration after) -> postponed(item, reason, after);
        }
    }

    private void answered(Item item, Answer answer) {
        int status = answer.status();
        var route = routes.get(item.lane.fn);
        if (status >= 500) {
            failed(item, "the function answered with status " + status);
            return;
        }
        if (route == null && item.isKept()) {
            item.reason = "the function was removed while it ran";
            leaveRunning(item);
            stepAside(item, Aside.NO_FUNCTION); // it runs again when the function is back
            return;
        }
        try {
            if (status >= 400) {
                throw new Outputs.WrongAnswer("the function answered with status " + status + ", which is final");
            }
            if (route == null) {
                throw new Outputs.WrongAnswer("the function was removed while it ran");
            }
            var owed = outputs(answer, route, item.call, false);
            synchronized (item) {
                item.owed.addAll(owed);
            }
        } catch (Outputs.WrongAnswer e) {
            item.reason = e.getMessage();
            stats.of(item.lane.fn).failed(String.valueOf(item.reason));
            leaveRunning(item);
            release(item);
            die(item);
            pump(item.lane);
            return;
        }
        enterSending(item);
        leaveRunning(item);
        release(item);
        sending.send(item);
        pump(item.lane);
    }

    /// What the answer means for the function's targets.
    List<Delivery> outputs(Answer answer, Route route, Call call, boolean namedOnly) throws Outputs.WrongAnswer {
        var also = namedOnly ? List.<Route.Destination>of() : followers.ofAnswers(route.fn.name());
        return Outputs.of(answer, route, also, call, device, time.now(), namedOnly, outbox::repeatable);
    }

    /// Gives the place among the running calls to the next.
    private void leaveRunning(Item item) {
        if (item.aside) {
            aside.ended();
            return;
        }
        synchronized (item.lane) {
            item.lane.running--;
        }
    }

    /// Nothing waits for it any more.
    private void release(Item item) {
        synchronized (item.lane) {
            item.lane.holding -= item.holds ? 1 : 0;
            item.holds = false;
        }
    }

    void enterSending(Item item) {
        synchronized (item.lane) {
            item.sends = true;
            item.lane.sending.add(item);
        }
    }

    /// It is on disk, or ended: its lane need not wait for it.
    void leaveSending(Item item) {
        synchronized (item.lane) {
            if (item.sends) {
                item.sends = false;
                item.lane.sending.remove(item);
            }
        }
    }

    /// Function and targets have succeeded: the call is forgotten, and its source told.
    void done(Item item) {
        synchronized (item) {
            item.step = Item.Step.ENDED;
        }
        leaveSending(item);
        shelf.forget(item);
        live.leave(item);
        stats.of(item.lane.fn).succeeded();
        item.settle();
    }

    /// The function failed: its place is kept for a while, then it steps aside, then it is given up.
    private void failed(Item item, String reason) {
        stats.of(item.lane.fn).failed(reason);
        item.reason = reason;
        int attempt = item.call.attempt();
        leaveRunning(item);
        if (attempt > item.policy.backoff().retries()) {
            release(item);
            die(item);
            pump(item.lane);
            return;
        }
        var delay = item.policy.backoff().after(attempt);
        synchronized (item) {
            item.call = item.call.again();
            if (item.disk != Item.Disk.NONE) {
                shelf.put(item, item.rowState, null, () -> {});
            }
        }
        var left = item.placeLeft(delay, time.nanos());
        if (item.aside || !left.isPositive()) {
            stepAside(item, delay);
        } else {
            keepPlace(item);
            if (delay.compareTo(left) <= 0) {
                time.after(delay, () -> goOn(item));
            } else {
                time.after(left, () -> stepAside(item, delay.minus(left)));
            }
        }
    }

    /// It was not run at all: it keeps its place, and no attempt is counted.
    private void postponed(Item item, String reason, Duration after) {
        item.reason = reason;
        leaveRunning(item);
        if (item.aside) {
            stepAside(item, after);
        } else {
            keepPlace(item);
            time.after(after, () -> goOn(item));
        }
    }

    private void keepPlace(Item item) {
        synchronized (item.lane) {
            item.lane.holding += item.holds ? 0 : 1;
            item.holds = true;
        }
    }

    private void goOn(Item item) {
        synchronized (item.lane) {
            item.lane.running++;
        }
        if (!closed) {
            start(item);
        }
    }

    /// Later calls may pass; it is tried again after that time.
    private void stepAside(Item item, Duration delay) {
        release(item);
        synchronized (item) {
            item.aside = true;
            item.step = Item.Step.ASIDE;
        }
        if (item.isKept()) {
            shelf.put(item, Entry.State.WAITING, () -> live.leave(item), item::settle);
            aside.add(delay, item.seq);
        } else {
            aside.add(delay, item);
        }
        pump(item.lane);
    }

    /// Given up: a person may run it again. Its source is told once that is on disk. Those that run on dead calls have
    /// it before.
    void die(Item item) {
        var reason = String.valueOf(item.reason);
        var told = item.dying ? List.<Delivery>of() : followers.tell(item.call, reason, device, time.now());
        if (!told.isEmpty()) {
            enterSending(item);
            sending.tell(item, told);
            return;
        }
        synchronized (item) {
            item.step = Item.Step.ENDED;
            item.owed.removeIf(Followers::isFailure);
            shelf.put(item, Entry.State.DEAD, item::settle, () -> {});
        }
        live.leave(item);
        stats.of(item.lane.fn).died();
        listener.died(Infos.of(item.call, "dead", reason));
    }

    /// The source cannot wait any longer.
    void keep(Item item) {
        synchronized (item) {
            if (item.disk != Item.Disk.NONE || item.step == Item.Step.ENDED) {
                return;
            }
            if (item.step != Item.Step.SENDING) {
                shelf.put(item, Entry.State.QUEUED, null, () -> safe(item));
                return;
            }
        }
        sending.keep(item);
    }

    /// A call that was accepted is safe now.
    void safe(Item item) {
        item.settle();
        item.lane.safe().forEach(live::leave);
        pump(item.lane);
    }

    /// Puts a call on disk before anything else happens to it.
    void shelve(Item item) {
        shelf.put(item, Entry.State.QUEUED, null, () -> safe(item));
    }

    /// Its function is gone.
    void drop(Item item) {
        synchronized (item) {
            item.step = Item.Step.ENDED;
        }
        live.leave(item);
        item.settle();
    }

    /// The source still has the event.
    ///
    /// @return whether the call is forgotten: it had not started
    boolean withdraw(Item item) {
        boolean withdrawn;
        synchronized (item.lane) {
            synchronized (item) {
                withdrawn = item.disk == Item.Disk.NONE && item.lane.remove(item);
                item.step = withdrawn ? Item.Step.ENDED : item.step;
            }
        }
        if (withdrawn) {
            live.leave(item);
        }
        return withdrawn;
    }
}
