package dev.fern.mqtt;

import dev.fern.Audience;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.Metrics;
import dev.fern.Problem;
import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.Trigger;
import dev.fern.mqtt.Routes.Route.Own;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Everything between this device and one broker, for as long as the daemon runs: it connects, again and again, is
/// subscribed to what is wanted, and sends what is owed.
final class Connection implements Link.Listener {
    private static final System.Logger LOG = System.getLogger("fern.mqtt");
    private static final long FIRST_WAIT_MS = 1000;
    private static final long LONGEST_WAIT_MS = 60_000;
    private static final Duration STABLE = Duration.ofSeconds(10);
    private static final long SETTLE_MS = 1500;
    private static final long POLL_MS = 10;
    private static final int PACKET_ROOM = 512 << 10;

    /// What the device itself says on its own topics.
    ///
    /// @param online published when connected
    /// @param offline the will, and published before leaving
    /// @param nudges topics whose messages call [Presence#nudged]
    /// @param events topics for CloudEvents, if somebody listens to those
    record Manners(Outgoing online, Outgoing offline, Set<String> nudges, Set<String> events, Presence presence) {}

    private final String name;
    private final Settings.Broker broker;
    private final Link.Plan plan;
    private final @Nullable Manners manners;
    private final String callTopics;
    private final Filter leftCalls;
    private final @Nullable RemoteCalls calls;
    private final Time time;
    private final Metrics metrics;
    private final int eventBytes;
    private final Hearers hearers;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Subscriptions subscriptions = new Subscriptions();
    private final Refusals refusals;
    private final LongAdder received;
    private final LongAdder leftover;
    /// How often it was connected.
    private final AtomicInteger ups = new AtomicInteger();

    private final LongAdder reconnects;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Receiver> receivers = new HashMap<>();
    private @Nullable Link trying;
    private volatile @Nullable Link current;
    private volatile @Nullable Problem problem;
    private Time.@Nullable Timer timer;
    private boolean connectedBefore;
    private long upSince;
    private int failures;
    /// Connections in a row that ended soon after they were made.
    private int kicks;
    private volatile boolean closing;

    /// @param name of the broker, `default` for the device's own
    /// @param key where it is configured
    Connection(
            String name,
            String key,
            Settings settings,
            Settings.Broker broker,
            @Nullable Manners manners,
            Callees callees,
            Intake intake,
            Audience audience,
            Time time,
            Metrics metrics) {
        this.name = name;
        this.broker = broker;
        this.manners = manners;
        this.time = time;
        this.metrics = metrics;
        eventBytes = settings.limits().eventBytes();
        // a broker leaves out what is larger without a word, so a little more is let through and refused aloud
        int packetBytes = 2 * eventBytes + PACKET_ROOM;
        plan = new Link.Plan(broker, key, manners == null ? null : manners.offline, Inbox.RECEIVE_MAXIMUM, packetBytes);
        refusals = new Refusals(time, metrics);
        var device = settings.device().id();
        var events = new Events(device, name, time, refusals);
        hearers = new Hearers(audience, metrics);
        inbox = new Inbox(
                intake, events, hearers, time, metrics.counter("fern_mqtt_acknowledged_total", "broker", name));
        outbox = new Outbox(name, packetBytes, time, metrics);
        callTopics = RemoteCalls.filter(broker.prefix(), device);
        leftCalls = new Filter(callTopics);
        if (broker.remoteCalls()) {
            var replies = new Replies(broker.prefix(), device);
            calls = new RemoteCalls(
                    name, callees, intake, events, replies, refusals, outbox::send, eventBytes, time, metrics);
        } else {
            calls = null;
        }
        received = metrics.counter("fern_mqtt_received_total", "broker", name);
        leftover = metrics.counter("fern_mqtt_leftover_total", "broker", name);
        reconnects = metrics.counter("fern_mqtt_reconnects_total", "broker", name);
        metrics.gauge(inbox::size, "fern_mqtt_unacknowledged", "broker", name);
        problem = new Problem("not connected to " + broker.url() + " yet", "wait a moment");
    }

    /// Begins to connect. After the first [#bind], so that what a session has kept finds its triggers.
    void start() {
        connect();
    }

    /// From now on exactly these triggers listen here.
    void bind(Collection<Trigger> triggers) {
        List<Receiver> wanted;
        lock.lock();
        try {
            var gone = new HashMap<>(receivers);
            wanted = triggers.stream().map(this::receiver).toList();
            wanted.forEach(receiver -> gone.remove(key(receiver.trigger())));
            receivers.keySet().removeAll(gone.keySet());
            subscriptions.bind(wanted, ownTopics());
            inbox.remove(List.copyOf(gone.values()));
            inbox.remove(hearers.gone());
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Own> ownTopics() {
        var topics = new LinkedHashMap<String, Own>();
        if (manners != null) {
            manners.nudges.forEach(topic -> topics.put(topic, Own.SYNC));
            if (hearers.any()) {
                manners.events.forEach(topic -> topics.put(topic, Own.EVENTS));
            }
        }
        if (calls != null) {
            topics.put(callTopics, Own.CALLS);
        }
        return topics;
    }

    /// One NAME may list several filters.
    private static String key(Trigger trigger) {
        return trigger.lane() + " " + trigger.address();
    }

    private Receiver receiver(Trigger trigger) {
        var known = receivers.get(key(trigger));
        if (known != null) {
            known.redefine(trigger);
            return known;
        }
        var receiver = new Receiver(trigger, metrics.counter("fern_events_dropped_total", "trigger", trigger.lane()));
        receivers.put(key(trigger), receiver);
        return receiver;
    }

    CompletionStage<Void> send(Outgoing message) {
        return outbox.send(message);
    }

    boolean isUp() {
        return current != null;
    }

    Health health() {
        var why = problem;
        return why == null ? Health.UP : new Health.Down(why);
    }

    /// Whether what a trigger needs is acknowledged on the connection of now.
    Health health(Source source) {
        var why = problem;
        return why == null ? subscriptions.health(source) : new Health.Down(why);
    }

    /// The same for the device's own topics for CloudEvents.
    Health eventsHealth() {
        var why = problem;
        if (why != null) {
            return new Health.Down(why);
        }
        for (var topic : manners == null ? Set.<String>of() : manners.events) {
            if (subscriptions.health(topic) instanceof Health.Down down) {
                return down;
            }
        }
        return Health.UP;
    }

    /// Whether calls by message come in here; null if they are not wanted.
    @Nullable Health callsHealth() {
        if (calls == null) {
            return null;
        }
        var why = problem;
        return why == null ? subscriptions.health(callTopics) : new Health.Down(why);
    }

    /// Lets what is under way come to its end for up to 1.5 s, says goodbye, and leaves. The broker keeps the rest.
    void close() {
        closing = true;
        settle();
        Link left;
        lock.lock();
        try {
            if (timer != null) {
                timer.cancel();
            }
            left = current != null ? current : trying;
            trying = null;
            current = null;
        } finally {
            lock.unlock();
        }
        if (left != null) {
            inbox.forget(left);
            left.close();
        }
        outbox.close();
    }

    private void settle() {
        long patience = TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);
        long since = System.nanoTime();
        if (current != null && manners != null) {
            outbox.send(manners.offline);
        }
        try {
            while (current != null && underWay() > 0 && System.nanoTime() - since < patience) {
                Thread.sleep(POLL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int underWay() {
        return inbox.size() + outbox.size() + (calls == null ? 0 : calls.size());
    }

    private void connect() {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            var link = new Link(plan, time, this);
            trying = link;
            // it reads files and looks up a host
            Thread.ofVirtual().name("fern-mqtt-" + name).start(link::open);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void up(Link link, Link.Limits limits) {
        lock.lock();
        try {
            if (trying != link || closing) {
                link.abort();
                return;
            }
            current = link;
            ups.incrementAndGet();
            problem = null;
            upSince = time.nanos();
            if (connectedBefore) {
                reconnects.increment();
            }
            connectedBefore = true;
        } finally {
            lock.unlock();
        }
        LOG.log(System.Logger.Level.INFO, "connected to {0}", broker.url());
        outbox.up(link, limits, manners == null ? List.of() : List.of(manners.online));
        Thread.ofVirtual().name("fern-mqtt-" + name).start(() -> subscriptions.up(link, limits.identifiers()));
        if (manners != null) {
            manners.presence.connected();
        }
    }

    @Override
    public void down(Link link, Problem why) {
        long waitMs;
        lock.lock();
        try {
            if (trying != link) {
                return;
            }
            var reason = why;
            if (current == link) {
                boolean brief = time.nanos() - upSince < STABLE.toNanos();
                failures = brief ? failures : 0;
                kicks = brief ? kicks + 1 : 0;
                reason = kicks < 2 ? why : Faults.flapping(why, broker, plan.key());
            }
            if (!reason.equals(problem)) {
                LOG.log(System.Logger.Level.WARNING, "{0}: {1}", plan.key(), reason);
            }
            problem = reason;
            current = null;
            trying = null;
            waitMs = jittered(Math.min(FIRST_WAIT_MS << Math.min(failures++, 6), LONGEST_WAIT_MS));
        } finally {
            lock.unlock();
        }
        if (manners != null) {
            manners.presence.disconnected();
        }
        subscriptions.down(link);
        outbox.down(link);
        inbox.forget(link);
        lock.lock();
        try {
            if (!closing) {
                timer = time.after(Duration.ofMillis(waitMs), this::connect);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Many devices lose the same broker at the same moment.
    private static long jittered(long waitMs) {
        return waitMs / 2 + ThreadLocalRandom.current().nextLong(waitMs / 2 + 1);
    }

    @Override
    public void arrived(Link link, Incoming message) {
        if (link != current || closing) {
            return;
        }
        received.increment();
        var matches = subscriptions.routes().of(message);
        var own = EnumSet.noneOf(Own.class);
        for (var match : matches) {
            if (match.route().own() instanceof Own one) {
                own.add(one);
            }
        }
        // Only what was under way when an earlier daemon ended may have been worked on without our knowing.
        boolean before = ups.get() == 1;
        if (matches.isEmpty()) {
            leftover.increment();
            if (calls == null && leftCalls.match(message.topic()) != null) {
                Thread.ofVirtual().name("fern-mqtt-" + name).start(() -> subscriptions.giveUp(callTopics));
            }
        } else if (message.size() > eventBytes) {
            refusals.refuse(message, eventBytes);
            matches = List.of();
        } else if (manners != null && own.contains(Own.SYNC)) {
            manners.presence.nudged();
        }
        var call = calls != null && own.contains(Own.CALLS) ? calls.take(message, called(message), before) : null;
        inbox.take(message.repeated() && !before ? message.fresh() : message, matches, link, call);
    }

    /// What stands for the `#`.
    private String called(Incoming message) {
        return message.topic()
                .substring(Math.min(callTopics.length() - 1, message.topic().length()));
    }
}
