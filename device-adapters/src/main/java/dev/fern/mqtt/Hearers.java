package dev.fern.mqtt;

import dev.fern.Audience;
import dev.fern.Event;
import dev.fern.Metrics;
import dev.fern.Trigger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// The triggers of type `event` as one connection serves them: each gets the CloudEvents it wants, whatever they were
/// subscribed for. Any thread.
final class Hearers {
    /// One of them. Its calls are kept by the disk, or by nobody.
    private static final class Hearer implements Taker {
        private final LongAdder dropped;
        private volatile Trigger trigger;

        Hearer(Trigger trigger, LongAdder dropped) {
            this.trigger = trigger;
            this.dropped = dropped;
        }

        @Override
        public Trigger trigger() {
            return trigger;
        }

        @Override
        public int qos() {
            return 1;
        }

        @Override
        public boolean brokerKeeps() {
            return false;
        }

        @Override
        public void drop() {
            dropped.increment();
        }
    }

    private final Audience audience;
    private final Metrics metrics;
    private final LongAdder unheard;
    private final Map<String, Hearer> known = new ConcurrentHashMap<>();

    Hearers(Audience audience, Metrics metrics) {
        this.audience = audience;
        this.metrics = metrics;
        unheard = metrics.counter("fern_cloudevents_unheard_total");
    }

    /// Who wants that one.
    List<Taker> of(Event event) {
        var takers = new ArrayList<Taker>();
        for (var trigger : audience.of(event)) {
            takers.add(hearer(trigger));
        }
        return takers;
    }

    /// Nobody wanted one that was sent to the device itself.
    void unheard() {
        unheard.increment();
    }

    private Hearer hearer(Trigger trigger) {
        var hearer = known.computeIfAbsent(
                key(trigger),
                _ -> new Hearer(trigger, metrics.counter("fern_events_dropped_total", "trigger", trigger.lane())));
        hearer.trigger = trigger;
        return hearer;
    }

    /// One NAME may list several types and sources.
    private static String key(Trigger trigger) {
        return trigger.lane() + " " + trigger.address() + " "
                + Objects.toString(trigger.options().text("source"), "");
    }

    /// Whether there are any.
    boolean any() {
        return !audience.all().isEmpty();
    }

    /// Forgets those that are gone.
    List<Taker> gone() {
        var wanted = new HashSet<String>();
        audience.all().forEach(trigger -> wanted.add(key(trigger)));
        var gone = new ArrayList<Taker>();
        known.forEach((key, hearer) -> {
            if (!wanted.contains(key) && known.remove(key, hearer)) {
                gone.add(hearer);
            }
        });
        return gone;
    }
}
