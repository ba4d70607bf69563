package dev.fern.mqtt;

import dev.fern.Health;
import dev.fern.mqtt.Link.Request;
import dev.fern.mqtt.Routes.Route;
import dev.fern.mqtt.Routes.Route.Own;
import dev.fern.mqtt.Source.Retained;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// What one connection is subscribed to. A broker knows one subscription for each filter and share name, whatever the
/// number of triggers; the rest is ours. Any thread but Paho's.
///
/// Identifiers are computed from the filter (CRC-32, 28 bits of it), so that a message that waited in the session while
/// the daemon was restarted still finds its way. Changing how would cost such messages their exact route.
final class Subscriptions {
    private static final int MOST_IDS = 0x0FFF_FFFF;
    private static final int MOST_RETIRED = 1000;
    private static final String LIVE = "live";
    private static final String FRESH = "fresh";

    private static final class Sub {
        final String wire;
        final Filter filter;
        /// Under the lock.
        @Nullable Own own;

        final Map<String, Integer> ids = new HashMap<>();
        List<Receiver> receivers;
        /// Those that came to a subscription that was there already.
        List<Receiver> fresh = List.of();
        /// Of the last SUBSCRIBE; -1 if none was sent on this connection.
        int sentQos = -1;
        volatile Health health = PENDING;

        Sub(String wire, Filter filter, @Nullable Own own, List<Receiver> receivers) {
            this.wire = wire;
            this.filter = filter;
            this.own = own;
            this.receivers = receivers;
        }

        boolean shared() {
            return !wire.equals(filter.text());
        }

        int qos() {
            return own != null
                    ? 1
                    : receivers.stream()
                            .mapToInt(receiver -> receiver.source().qos())
                            .max()
                            .orElse(0);
        }

        List<Receiver> that(Retained retained) {
            return receivers.stream()
                    .filter(receiver -> receiver.source().retained() == retained)
                    .toList();
        }

        Set<Retained> wishes() {
            var wishes = EnumSet.noneOf(Retained.class);
            if (!shared()) {
                receivers.forEach(receiver -> wishes.add(receiver.source().retained()));
            }
            if (own != null || shared()) {
                wishes.add(Retained.NO);
            }
            return wishes;
        }
    }

    private static final Health PENDING =
            Health.down("the broker has not acknowledged the subscription yet", "wait a moment, or look at its log");

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> doomed = new LinkedHashSet<>();
    private final LinkedHashSet<Integer> retired = new LinkedHashSet<>();
    private final Set<Integer> taken = new LinkedHashSet<>();
    private volatile Map<String, Sub> subs = Map.of();
    private volatile Routes routes = Routes.NONE;
    private volatile @Nullable Link link;
    private boolean identifiers;

    Routes routes() {
        return routes;
    }

    /// From now on exactly these are wanted.
    ///
    /// @param own the device's own topics
    void bind(List<Receiver> receivers, Map<String, Own> own) {
        lock.lock();
        try {
            var wanted = new LinkedHashMap<String, List<Receiver>>();
            own.keySet().forEach(topic -> wanted.put(topic, new ArrayList<>()));
            receivers.forEach(
                    receiver -> wanted.computeIfAbsent(receiver.source().wire(), _ -> new ArrayList<>())
                            .add(receiver));
            var next = new LinkedHashMap<String, Sub>();
            var requests = new LinkedHashMap<Sub, List<Request>>();
            wanted.forEach((wire, list) -> {
                var old = subs.get(wire);
                var sub = old != null ? old : create(wire, list, own.get(wire));
                sub.own = own.get(wire);
                next.put(wire, sub);
                requests.put(sub, old != null ? changed(old, List.copyOf(list)) : all(sub));
            });
            var gone = new ArrayList<>(subs.values());
            gone.removeIf(sub -> next.containsKey(sub.wire));
            gone.forEach(this::retire);
            doomed.removeAll(next.keySet());
            subs = next;
            routes = routesOf(next);
            gone.forEach(sub -> drop(sub.wire));
            requests.forEach(this::send);
        } finally {
            lock.unlock();
        }
    }

    /// A connection is there. Its session may know nothing, or too much.
    void up(Link current, boolean identifiersKnown) {
        lock.lock();
        try {
            link = current;
            identifiers = identifiersKnown;
            List.copyOf(doomed).forEach(this::drop);
            subs.values().forEach(sub -> send(sub, all(sub)));
        } finally {
            lock.unlock();
        }
    }

    void down(Link lost) {
        lock.lock();
        try {
            if (link != lost) {
                return;
            }
            link = null;
            for (var sub : subs.values()) {
                sub.health = PENDING;
                sub.sentQos = -1;
                sub.fresh = List.of();
            }
        } finally {
            lock.unlock();
        }
    }

    /// An earlier daemon has left this in its session; unless it is wanted, it is given up.
    void giveUp(String wire) {
        lock.lock();
        try {
            if (!subs.containsKey(wire) && !doomed.contains(wire)) {
                drop(wire);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether the broker has acknowledged what this trigger needs, on the connection of now.
    Health health(Source source) {
        return health(source.wire());
    }

    /// The same for one of the device's own topics.
    Health health(String wire) {
        var sub = subs.get(wire);
        return sub == null ? PENDING : sub.health;
    }

    private Sub create(String wire, List<Receiver> receivers, @Nullable Own own) {
        var filter = receivers.isEmpty()
                ? new Filter(wire)
                : receivers.getFirst().source().filter();
        var sub = new Sub(wire, filter, own, List.copyOf(receivers));
        for (var use : List.of(LIVE, FRESH, Retained.NEW.name(), Retained.ALWAYS.name())) {
            sub.ids.put(use, newId(wire, use));
        }
        return sub;
    }

    private Integer newId(String wire, String use) {
        var crc = new CRC32();
        crc.update((wire + '\n' + use).getBytes(StandardCharsets.UTF_8));
        int id = (int) (crc.getValue() & MOST_IDS);
        while (id == 0 || !taken.add(id)) {
            id = id + 1 & MOST_IDS;
        }
        retired.remove(id);
        return id;
    }

    private void retire(Sub sub) {
        taken.removeAll(sub.ids.values());
        retired.addAll(sub.ids.values());
        while (retired.size() > MOST_RETIRED) {
            retired.removeFirst();
        }
    }

    private Routes routesOf(Map<String, Sub> wanted) {
        var byId = new HashMap<Integer, Route>();
        var all = new ArrayList<Route>();
        for (var sub : wanted.values()) {
            var live = new Route(sub.filter, sub.receivers, null, sub.own);
            all.add(live);
            sub.ids.forEach((use, id) -> byId.put(
                    id,
                    switch (use) {
                        case LIVE -> live;
                        case FRESH -> new Route(sub.filter, sub.receivers, sub.fresh, sub.own);
                        default -> new Route(sub.filter, sub.receivers, sub.that(Retained.valueOf(use)), sub.own);
                    }));
        }
        return new Routes(byId, all, Set.copyOf(retired));
    }

    /// What to send for a subscription on a new connection. If its triggers differ in what they want of retained
    /// messages, each wish gets a SUBSCRIBE under an identifier of its own, and the last one is for what comes
    /// later. Those before it must not ask for the flag as published: it tells the stored message from one just
    /// sent.
    private List<Request> all(Sub sub) {
        var wishes = sub.wishes();
        int live = id(sub, LIVE);
        if (wishes.size() == 1) {
            return List.of(new Request(
                    sub.wire, sub.qos(), live, handling(wishes.iterator().next()), true));
        }
        var requests = new ArrayList<Request>();
        for (var wish : wishes) {
            if (wish != Retained.NO) {
                requests.add(new Request(sub.wire, sub.qos(), id(sub, wish.name()), handling(wish), false));
            }
        }
        requests.add(new Request(sub.wire, sub.qos(), live, handling(Retained.NO), true));
        return requests;
    }

    /// What to send for a subscription that is there, when its triggers change: a new one gets the retained
    /// messages, the others do not get them again.
    private List<Request> changed(Sub sub, List<Receiver> receivers) {
        var fresh = new ArrayList<>(receivers);
        fresh.removeAll(sub.receivers);
        fresh.removeIf(receiver -> sub.shared() || receiver.source().retained() == Retained.NO);
        sub.receivers = receivers;
        if (sub.sentQos < 0) {
            return List.of(); // it goes out with the next connection
        }
        var live = new Request(sub.wire, sub.qos(), id(sub, LIVE), handling(Retained.NO), true);
        if (fresh.isEmpty()) {
            return sub.qos() == sub.sentQos ? List.of() : List.of(live);
        }
        sub.fresh = List.copyOf(fresh);
        return List.of(new Request(sub.wire, sub.qos(), id(sub, FRESH), handling(Retained.ALWAYS), false), live);
    }

    private int id(Sub sub, String use) {
        return identifiers ? sub.ids.getOrDefault(use, 0) : 0;
    }

    private static int handling(Retained retained) {
        return switch (retained) {
            case ALWAYS -> 0;
            case NEW -> 1;
            case NO -> 2;
        };
    }

    private void send(Sub sub, List<Request> requests) {
        var current = link;
        if (current == null || requests.isEmpty()) {
            return;
        }
        sub.health = PENDING;
        sub.sentQos = sub.qos();
        var last = requests.getLast();
        for (var request : requests) {
            // of several, the last answer says how it is; a broker answers in order
            current.subscribe(
                    request,
                    !request.equals(last)
                            ? (_, _) -> {}
                            : (reason, text) -> {
                                if (reason != Link.LOST && link == current) {
                                    sub.health = health(sub, request, reason, text);
                                }
                            });
        }
    }

    private static Health health(Sub sub, Request request, int reason, @Nullable String text) {
        if (reason >= 0x80) {
            return new Health.Down(Faults.subscription(reason, text, sub.wire));
        }
        return reason >= request.qos()
                ? Health.UP
                : Health.down(
                        "the broker grants " + sub.wire + " no qos=" + request.qos(),
                        "write qos=" + reason + ", or raise it there");
    }

    private void drop(String wire) {
        doomed.add(wire);
        var current = link;
        if (current != null) {
            current.unsubscribe(wire, (reason, _) -> {
                if (reason >= 0) {
                    forget(wire);
                }
            });
        }
    }

    private void forget(String wire) {
        lock.lock();
        try {
            doomed.remove(wire);
        } finally {
            lock.unlock();
        }
    }
}
