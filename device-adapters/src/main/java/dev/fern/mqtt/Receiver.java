package dev.fern.mqtt;

import dev.fern.Durability;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import java.util.concurrent.atomic.LongAdder;

/// A trigger of type `mqtt` as it is listened for.
final class Receiver implements Taker {
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

    @Override
    public Trigger trigger() {
        return terms.trigger;
    }

    Source source() {
        return terms.source;
    }

    @Override
    public int qos() {
        return terms.source.qos();
    }

    @Override
    public boolean brokerKeeps() {
        return terms.brokerKeeps;
    }

    @Override
    public void drop() {
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
