package dev.fern.dispatch;

import dev.fern.Call;
import dev.fern.CallInfo;
import dev.fern.Clock;
import dev.fern.Control;
import dev.fern.Durability;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.Ids;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import dev.fern.Metrics;
import dev.fern.Occurrence;
import dev.fern.Result;
import dev.fern.Settings;
import dev.fern.Sink;
import dev.fern.Status;
import dev.fern.Time;
import dev.fern.Trigger;
import dev.fern.invoke.Invoker;
import dev.fern.journal.Delivery;
import dev.fern.journal.Entry;
import dev.fern.journal.Journal;
import dev.fern.journal.Recovered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes events on and sees them through: accept, run, send, settle. A call is forgotten, and its source
/// told, when the function and all its targets have succeeded; until then it is with its source
/// (`durable=broker`), on disk (`disk`) or nowhere else (`no`).
///
/// Any thread; only [#invoke] and the lists for people wait.
public final class Dispatcher implements Intake, AutoCloseable {
    /// Calls of a lane that nobody else keeps.
    private static final int UNKEPT_MOST = 1000;
    /// Calls of a lane that other functions may hand on although there is no room.
    private static final int HANDED_ON = 64;

    private static final Duration FULL = Duration.ofSeconds(1);

    private final Settings.Limits limits;
    private final Journal journal;
    private final Invoker invoker;
    private final Time time;
    private final Stats stats;
    private final Line line;
    private final Once once;
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
    private final long memoryMost;

    /// @param sinks by type of target; may be filled until the first function is deployed
    /// @param listener hears of dead calls
    public Dispatcher(
            Settings settings,
            Journal journal,
            Invoker invoker,
            Map<String, Sink> sinks,
            Control.Listener listener,
            Time time,
            Metrics metrics) {
        limits = settings.limits();
        this.journal = journal;
        this.invoker = invoker;
        this.time = time;
        stats = new Stats(metrics);
        line = new Line(
                settings.device().id(),
                invoker,
                journal,
                stats,
                time,
                listener,
                made -> new Outbox(made, journal, sinks, time, limits.queueBytes() / 4, this::pumpLanes, metrics));
        once = new Once(line, time, metrics);
        memoryMost = Math.min(limits.queueBytes(), Runtime.getRuntime().maxMemory() / 4);
        metrics.gauge(() -> line.live().size(), "fern_calls_in_memory");
        metrics.gauge(line.live()::bytes, "fern_calls_in_memory_bytes");
        metrics.gauge(line.aside()::size, "fern_calls_aside");
    }

    /// Takes over what an earlier run left behind. Before the first event.
    public void recover(Recovered recovered) {
        for (var found : recovered.lanes()) {
            lane(found.lane(), found.fn()).parked(found.calls());
        }
        recovered.waiting().forEach(waiting -> line.aside().add(FULL, waiting.seq()));
        recovered.answered().forEach(line.outbox()::recover);
        once.recover(recovered.events());
    }

    /// From now on calls of that function follow this version. The invoker must have it.
    ///
    /// @throws InvalidDefinitionException if its options make no sense
    public void deploy(Fn fn) throws InvalidDefinitionException {
        line.routes.put(fn.name(), new Route(fn));
        line.followers.look(line.routes.values());
        line.outbox().pump(fn.name());
        pumpLanes(fn.name());
    }

    private void pumpLanes(FnName fn) {
        for (var lane : lanes.values()) {
            if (lane.fn.equals(fn)) {
                line.pump(lane);
            }
        }
    }

    /// Whether its options make sense.
    public static void check(Fn fn) throws InvalidDefinitionException {
        var _ = new Route(fn);
    }

    /// The function is gone: calls of it that are on disk stay there until [#age] forgets them, the others end.
    public void remove(FnName fn) {
        line.routes.remove(fn);
        line.followers.look(line.routes.values());
        for (var lane : lanes.values()) {
            if (lane.fn.equals(fn)) {
                var cleared = lane.clear();
                once.forget(cleared.stream()
                        .filter(item -> item.disk == Item.Disk.NONE)
                        .collect(Collectors.toSet()));
                cleared.forEach(line::drop);
            }
        }
        line.outbox().pump(fn);
        line.live().all().stream().filter(item -> item.lane.fn.equals(fn)).forEach(line.sending()::keep);
    }

    /// Lets that much time pass for functions that are not wanted: calls of one that was not for longer than `most` are
    /// forgotten, dead ones too.
    public void age(Set<FnName> wanted, Duration passed, Duration most) {
        journal.age(wanted.stream().map(FnName::toString).collect(Collectors.toSet()), passed, most);
    }

    @Override
    public Receipt accept(Trigger trigger, Event event) throws IntakeFullException {
        var policy = policy(trigger);
        if (!isHandedOn(trigger) && Occurrence.of(trigger, event) instanceof Occurrence one) {
            var held = once.take(one, trigger.lane(), () -> enter(trigger, policy, event));
            if (held.first() instanceof Item item) {
                begin(item);
            }
            return held;
        }
        return accept(trigger, event, () -> {});
    }

    @Override
    public Receipt accept(Trigger trigger, Event event, Runnable taken) throws IntakeFullException {
        var item = enter(trigger, policy(trigger), event);
        item.done().thenRun(taken); // it can be done as soon as it has begun
        begin(item);
        return item;
    }

    private Policy policy(Trigger trigger) throws IntakeFullException {
        var route = line.routes.get(trigger.fn());
        var policy = route == null ? null : route.policy(trigger);
        if (policy == null) {
            throw full(trigger, trigger.fn() + " does not run here now");
        }
        return policy;
    }

    /// A place in its lane for a new call.
    private Item enter(Trigger trigger, Policy policy, Event event) throws IntakeFullException {
        var key = policy.bySubject() ? policy.lane() + "/" + event.subject() : policy.lane();
        checkRoom(trigger, policy, event, key);
        var call = new Call(callId(trigger, event), trigger, marked(event), 1, time.now());
        while (true) {
            var lane = lane(key, trigger.fn());
            if (policy.durability() == Durability.NO && lane.waiting() >= UNKEPT_MOST) {
                throw full(trigger, UNKEPT_MOST + " events wait for " + trigger.fn());
            }
            synchronized (lane) { // the order in the lane is the order of seq
                var item = new Item(line, lane, journal.nextSeq(), policy, call, Age.zero(time));
                line.live().enter(item);
                if (lane.add(item)) {
                    return item;
                }
                line.live().leave(item);
            }
        }
    }

    private void begin(Item item) {
        switch (item.policy.durability()) {
            case DISK -> line.shelve(item);
            case NO -> item.settle();
            case BROKER -> {}
        }
        line.pump(item.lane);
        retireLanes(item.policy);
    }

    /// By another function of this device, whose call keeps it until it is taken: then it is not handed on again.
    private static boolean isHandedOn(Trigger trigger) {
        return trigger.type().equals(Link.TYPE);
    }

    /// What is handed on finds a place where no other event would: the calls that wait may all be of functions that
    /// cannot go on until somebody takes their answers.
    private void checkRoom(Trigger trigger, Policy policy, Event event, String lane) throws IntakeFullException {
        if (policy.durability() == Durability.DISK && journal.health() instanceof Health.Down) {
            throw full(trigger, "calls cannot be written to disk");
        }
        if (isHandedOn(trigger) && lane(lane, trigger.fn()).waiting() < HANDED_ON) {
            return;
        }
        if (line.live().size() >= limits.queue() || journal.calls() >= limits.queue()) {
            throw full(trigger, limits.queue() + " calls are waiting (limits.queue)");
        }
        if (journal.bytes() + event.size() > limits.queueBytes() || line.live().bytes() + event.size() > memoryMost) {
            throw full(trigger, "the waiting calls take all of limits.queue-bytes, or of the memory there is");
        }
    }

    private IntakeFullException full(Trigger trigger, String why) {
        if (!isHandedOn(trigger)) { // that waits where it is
            stats.of(trigger.fn()).refused();
        }
        return new IntakeFullException(why, FULL);
    }

    private Lane lane(String key, FnName fn) {
        return lanes.computeIfAbsent(key, _ -> new Lane(key, fn));
    }

    /// Lanes of subjects come and go.
    private void retireLanes(Policy policy) {
        if (policy.bySubject() && lanes.size() > 100) {
            lanes.values().removeIf(Lane::retire);
        }
    }

    /// A request has its id before it is accepted, so that the caller can be told. That of a CloudEvent is
    /// the sender's, who may use it again.
    private static String callId(Trigger trigger, Event event) {
        boolean called = trigger.type().equals(Trigger.INVOKE) && !event.isCloudEvent();
        return called || event.type().equals(Event.HTTP_REQUEST) ? event.id() : Ids.next();
    }

    /// Times of an event mean nothing before the clock is set.
    private Event marked(Event event) {
        return time.isSet() ? event : event.with(Clock.HEADER, Clock.UNSET);
    }

    @Override
    public Result invoke(Trigger trigger, Event event) throws InterruptedException {
        var route = line.routes.get(trigger.fn());
        if (route == null) {
            return new Result.Unavailable(trigger.fn() + " does not run here now", FULL);
        }
        var call = new Call(callId(trigger, event), trigger, marked(event), 1, time.now());
        var result = await(route.fn, call);
        var counts = stats.of(trigger.fn());
        if (!(result instanceof Result.Success success)) {
            counts.failed(String.valueOf(result.failure()));
            return result;
        }
        try {
            var deliveries = line.outputs(success.answer(), route, call, true);
            if (deliveries.isEmpty()) {
                counts.succeeded();
            } else {
                serve(trigger, call, deliveries);
            }
        } catch (Outputs.WrongAnswer e) {
            counts.failed(String.valueOf(e.getMessage()));
            return new Result.FunctionError(String.valueOf(e.getMessage()));
        }
        return result;
    }

    /// The caller has the answer; the targets it names get theirs.
    private void serve(Trigger trigger, Call call, List<Delivery> deliveries) {
        var lane = new Lane(trigger.lane(), trigger.fn());
        var item = new Item(line, lane, journal.nextSeq(), Policy.lenient(trigger), call, Age.zero(time));
        item.owed.addAll(deliveries);
        line.live().enter(item);
        line.sending().send(item);
    }

    /// Waits without a time of its own: a timed wait of a virtual thread wakes the JDK's timer thread twice.
    private Result await(Fn fn, Call call) throws InterruptedException {
        var result = new CompletableFuture<Result>();
        invoker.submit(fn.name(), call, true, result::complete);
        var patience = time.after(fn.timeout(), () -> {
            if (invoker.cancel(fn.name(), call)) { // else it runs; the watchdog ends it
                result.complete(new Result.Unavailable(fn.name() + " is busy", FULL));
            }
        });
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new AssertionError("results are never exceptions", e);
        } finally {
            patience.cancel();
        }
    }

    /// Calls that are owed, oldest first. Waits for the disk.
    public List<CallInfo> calls(int most) throws InterruptedException {
        var infos = new ArrayList<CallInfo>();
        for (var item : line.live().all()) {
            if (Infos.of(item) instanceof CallInfo info) {
                infos.add(info);
            }
        }
        var known = infos.stream().map(CallInfo::id).collect(Collectors.toSet());
        for (var entry : journal.list(false, most)) {
            if (!known.contains(entry.call().id())) {
                infos.add(Infos.of(entry));
            }
        }
        infos.sort(Comparator.comparing(CallInfo::acceptedAt));
        return infos.subList(0, Math.min(most, infos.size()));
    }

    /// Dead calls, newest first. Waits for the disk.
    public List<CallInfo> dead(int most) throws InterruptedException {
        return journal.list(true, most).stream().map(Infos::of).toList();
    }

    /// Runs a dead call again, under its own id: the function, or if that had succeeded, the targets that failed.
    ///
    /// @return false if there is no such dead call
    public boolean retry(String id) throws InterruptedException {
        var entry = journal.dead(id);
        if (entry == null) {
            return false;
        }
        var call = entry.call();
        var again = new Call(call.id(), call.trigger(), call.event(), 1, time.now());
        var owed = entry.owed().stream().map(one -> one.lost(false)).toList();
        var state = owed.isEmpty() ? Entry.State.WAITING : Entry.State.ANSWERED;
        journal.update(
                new Entry(entry.seq(), entry.lane(), again, state, entry.reason(), owed), Entry.State.DEAD, null);
        if (owed.isEmpty()) {
            line.aside().add(Duration.ZERO, entry.seq());
        } else {
            var fn = call.trigger().fn();
            line.outbox().add(entry.seq(), fn, owed);
            line.outbox().pump(fn, owed);
        }
        return true;
    }

    public Status.Calls counts(FnName fn) {
        return stats.of(fn).calls(invoker.running(fn));
    }

    /// Why answers of the function wait for one of its targets, with how many, or null.
    public @Nullable String away(FnName fn) {
        return line.outbox().away(fn);
    }

    public Status.Queue queue() {
        return new Status.Queue(journal.calls() + line.live().unkept(), journal.bytes(), journal.deadCalls());
    }

    /// Whether all this still moves.
    public Pulse pulse() {
        return new Pulse(lanes.values(), journal, time);
    }

    /// Starts no further call, and waits up to that long for those under way.
    public void drain(Duration limit) throws InterruptedException {
        line.close();
        long until = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < until
                && line.live().all().stream()
                        .anyMatch(item -> item.step == Item.Step.RUNNING
                                || item.step == Item.Step.SENDING && item.disk != Item.Disk.SAFE)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
