package dev.fern.schedule;

import dev.fern.Adapter;
import dev.fern.CallInfo;
import dev.fern.Clock;
import dev.fern.Control;
import dev.fern.Durability;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Headers;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.InvalidDefinitionException;
import dev.fern.Marks;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Settings;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Triggers of the types `cron`, `every` and `device`. One timer for all of them, which is set only if something is to
/// come: for cron it also looks once a minute whether somebody has set the clock, as nothing tells.
public final class Schedule implements Adapter, Control.Listener {
    private static final System.Logger LOG = System.getLogger("fern.schedule");

    private static final String CRON = "cron";
    private static final String EVERY = "every";
    private static final String DEVICE = "device";
    private static final Set<String> STATES = Set.of("started", "online", "offline", "stopping");

    /// How long a change of the clock can go unnoticed, and while the clock is not set.
    private static final Duration LOOK = Duration.ofMinutes(1);

    private static final Duration LOOK_UNSET = Duration.ofSeconds(5);
    /// When a tick that found the queue full is tried again.
    private static final Duration FULL = Duration.ofSeconds(1);

    private final Settings settings;
    private final Marks marks;
    private final Time time;
    private final Metrics metrics;
    private final Runnable changed;
    private Map<Trigger, CronTrigger> crons = new LinkedHashMap<>();
    private Map<Trigger, EveryTrigger> everies = new LinkedHashMap<>();
    private Map<Trigger, Health> invalid = new HashMap<>();
    private Set<Trigger> devices = new HashSet<>();
    /// Lanes of `device` triggers that listen already, in whatever version.
    private Set<String> greeted = new HashSet<>();
    private @Nullable Intake intake;
    private Time.@Nullable Timer timer;
    private boolean clockSet;
    private boolean online;
    private boolean closed;

    /// @param marks where a cron trigger keeps how far it has come
    /// @param changed runs when the clock was set, for the status is another then
    public Schedule(Settings settings, Marks marks, Time time, Metrics metrics, Runnable changed) {
        this.settings = settings;
        this.marks = marks;
        this.time = time;
        this.metrics = metrics;
        this.changed = changed;
        clockSet = time.isSet();
    }

    @Override
    public Set<String> types() {
        return Set.of(CRON, EVERY, DEVICE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        for (var trigger : candidate.triggers()) {
            switch (trigger.type()) {
                case CRON -> CronTrigger.of(trigger, Marks.NONE);
                case EVERY -> EveryTrigger.of(trigger, 0);
                case DEVICE -> check(trigger);
                default -> {}
            }
        }
    }

    private void check(Trigger trigger) throws InvalidDefinitionException {
        Durability.of(trigger);
        var state = trigger.address();
        if (!STATES.contains(state)) {
            throw new InvalidDefinitionException(
                    trigger.binding() + " makes no sense", "give device:started, online, offline or stopping");
        }
        if (state.endsWith("line") && settings.mqtt() == null && settings.cloud() == null) {
            throw new InvalidDefinitionException(
                    "this device has neither a broker nor a cloud, so it is never online",
                    "set mqtt.url or cloud.url in fern.yaml, or remove " + trigger.binding());
        }
    }

    @Override
    public synchronized void start(Intake here) {
        intake = here;
    }

    @Override
    public synchronized void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        if (closed) {
            return;
        }
        var oldCrons = crons;
        var oldEveries = everies;
        crons = new LinkedHashMap<>();
        everies = new LinkedHashMap<>();
        invalid = new HashMap<>();
        devices = new HashSet<>();
        for (var trigger : triggers) {
            try {
                switch (trigger.type()) {
                    case CRON -> {
                        var known = oldCrons.remove(trigger);
                        crons.put(trigger, known == null ? CronTrigger.of(trigger, marks) : known);
                    }
                    case EVERY -> {
                        var known = oldEveries.get(trigger);
                        everies.put(trigger, known == null ? EveryTrigger.of(trigger, time.nanos()) : known);
                    }
                    default -> {
                        check(trigger);
                        devices.add(trigger);
                    }
                }
            } catch (InvalidDefinitionException e) {
                invalid.put(trigger, new Health.Down(e.problem()));
            }
        }
        oldCrons.values().forEach(CronTrigger::close);
        greet();
        look();
    }

    /// Tells triggers that are new what they would have heard had they been there.
    private void greet() {
        var lanes = new HashSet<String>();
        for (var trigger : devices) {
            var lane = trigger.lane() + " " + trigger.address();
            lanes.add(lane);
            boolean holds =
                    trigger.address().equals("started") || trigger.address().equals("online") && online;
            if (holds && !greeted.contains(lane)) {
                tell(trigger);
            }
        }
        greeted = lanes;
    }

    private void look() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (closed) {
            return;
        }
        var now = time.now();
        if (Clock.isSet(now) != clockSet) {
            clockSet = !clockSet;
            LOG.log(
                    System.Logger.Level.INFO,
                    clockSet ? "the clock is set: it says {0}" : "the clock is not set: {0}",
                    now);
            changed.run();
        }
        for (var every : everies.values()) {
            if (every.due(time.nanos())) {
                tick(every.trigger(), now, false);
            }
        }
        if (clockSet) {
            crons.values().forEach(cron -> look(cron, now));
        }
        arm(now);
    }

    private void look(CronTrigger cron, Instant now) {
        var due = cron.due(now);
        if (due != null && tick(cron.trigger(), due.at(), due.missed())) {
            cron.passed(due.at());
        }
    }

    private void arm(Instant now) {
        var wait = crons.isEmpty() ? null : clockSet ? LOOK : LOOK_UNSET;
        if (clockSet) {
            for (var cron : crons.values()) {
                if (cron.next() instanceof Instant next) {
                    wait = earlier(wait, next.isAfter(now) ? Duration.between(now, next) : FULL);
                }
            }
        }
        for (var every : everies.values()) {
            wait = earlier(wait, every.left(time.nanos()));
        }
        if (wait != null) {
            timer = time.after(wait, this::wake);
        }
    }

    private static Duration earlier(@Nullable Duration one, Duration other) {
        return one == null || other.compareTo(one) < 0 ? other : one;
    }

    private synchronized void wake() {
        look();
    }

    private boolean tick(Trigger trigger, Instant at, boolean missed) {
        return accept(
                trigger, Event.TIME_TICK, at, "application/json", "{\"at\":\"" + at + "\",\"missed\":" + missed + "}");
    }

    private void tell(Trigger trigger) {
        accept(trigger, Event.DEVICE_STATE, time.now(), "text/plain", trigger.address());
    }

    private boolean accept(Trigger trigger, String type, Instant at, String contentType, String body) {
        var source = "/fern/" + settings.device().id() + "/" + trigger.type() + "/" + trigger.name();
        var event = Event.of(source, type, trigger.address(), at, contentType, Headers.NONE, Payload.of(body));
        try {
            if (intake != null) {
                intake.accept(trigger, event);
                metrics.counter("fern_schedule_events_total", "type", trigger.type())
                        .increment();
            }
            return true;
        } catch (IntakeFullException e) {
            // cron tries again
            if (!trigger.type().equals(CRON)) {
                metrics.counter("fern_events_dropped_total", "trigger", trigger.lane())
                        .increment();
            }
            return false;
        }
    }

    /// The device's broker, or its Fn server if it has no broker, is there or gone.
    @Override
    public synchronized void online(boolean up) {
        if (closed || online == up) {
            return;
        }
        online = up;
        tellAll(up ? "online" : "offline");
    }

    private void tellAll(String state) {
        devices.stream().filter(trigger -> trigger.address().equals(state)).forEach(this::tell);
    }

    /// The daemon is about to stop: the last thing that happens here.
    public synchronized void stopping() {
        if (!closed) {
            tellAll("stopping");
            close();
        }
    }

    @Override
    public void statusChanged() {}

    @Override
    public void died(CallInfo call) {}

    @Override
    public synchronized Health health(Trigger trigger) {
        if (invalid.get(trigger) instanceof Health why) {
            return why;
        }
        return trigger.type().equals(CRON) ? clock() : Health.UP;
    }

    private Health clock() {
        var now = time.now();
        return Clock.isSet(now) ? Health.UP : new Health.Down(Clock.unset(now));
    }

    @Override
    public Map<String, Health> health() {
        var clock = clock();
        return clock instanceof Health.Up ? Map.of() : Map.of("clock", clock);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            crons.values().forEach(CronTrigger::close);
            if (timer != null) {
                timer.cancel();
            }
        }
    }
}
