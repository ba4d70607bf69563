package dev.fern.mqtt;

import dev.fern.Durability;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import java.util.concurrent.atomic.LongAdder;

/// A trigger as it is listened for. It stays the same object while definitions change, so that messages that wait for
/// its lane keep their place.
final class Receiver {
    /// What may change with a new definition.
    private record Terms(Trigger trigger, Source source, boolean brokerKeeps) {}

    private final LongAdder dropped;
    private volatile Terms terms;

    Receiver(Trigger trigger, LongAdder dropped) {
        this.dropped = dropped;
        terms = terms(trigger);
    }

    void redefine(Trigger trigger) {
        terms = terms(trigger);
    }

    Trigger trigger() {
        return terms.trigger;
    }

    Source source() {
        return terms.source;
    }

    /// Whether the broker keeps a message until its work is done.
    boolean brokerKeeps() {
        return terms.brokerKeeps;
    }

    void drop() {
        dropped.increment();
    }

    private static Terms terms(Trigger trigger) {
        try {
            return new Terms(trigger, Source.of(trigger), Durability.of(trigger) == Durability.BROKER);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException("unchecked trigger " + trigger, e);
        }
    }
}
