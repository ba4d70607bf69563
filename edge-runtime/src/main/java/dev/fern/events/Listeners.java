package dev.fern.events;

import dev.fern.Adapter;
import dev.fern.Audience;
import dev.fern.Durability;
import dev.fern.Event;
import dev.fern.Fn;
import dev.fern.Health;
import dev.fern.Intake;
import dev.fern.InvalidDefinitionException;
import dev.fern.Settings;
import dev.fern.Target;
import dev.fern.Trigger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Triggers of type `event`. It receives nothing by itself: those who do (HTTP, MQTT) ask it who wants an event. Bound
/// before them, so that they see what is wanted now.
public final class Listeners implements Adapter, Audience {
    private static final String TYPE = "event";

    private record Listener(Trigger trigger, Interest interest) {}

    private final String device;
    private final List<Supplier<Health>> ways = new CopyOnWriteArrayList<>();
    private volatile List<Listener> all = List.of();

    public Listeners(Settings settings) {
        device = settings.device().id();
    }

    @Override
    public Set<String> types() {
        return Set.of(TYPE);
    }

    @Override
    public void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        for (var trigger : candidate.triggers()) {
            if (trigger.type().equals(TYPE)) {
                Interest.of(trigger, device);
                Durability.of(trigger);
            }
        }
    }

    @Override
    public void start(Intake intake) {}

    @Override
    public void bind(Collection<Trigger> triggers, Collection<Target> targets) {
        var bound = new ArrayList<Listener>();
        for (var trigger : triggers) {
            try {
                bound.add(new Listener(trigger, Interest.of(trigger, device)));
            } catch (InvalidDefinitionException e) {
                throw new IllegalArgumentException("unchecked trigger " + trigger, e);
            }
        }
        all = List.copyOf(bound);
    }

    @Override
    public List<Trigger> all() {
        return all.stream().map(Listener::trigger).toList();
    }

    @Override
    public List<Trigger> of(Event event) {
        var now = all;
        if (now.isEmpty()) {
            return List.of();
        }
        return now.stream()
                .filter(listener -> listener.interest.takes(event))
                .map(Listener::trigger)
                .toList();
    }

    @Override
    public void through(Supplier<Health> way) {
        ways.add(way);
    }

    /// Down while one of the ways by which events come is. By the others they come nevertheless.
    @Override
    public Health health(Trigger trigger) {
        for (var way : ways) {
            if (way.get() instanceof Health.Down down) {
                return down;
            }
        }
        return Health.UP;
    }

    @Override
    public void close() {}
}
