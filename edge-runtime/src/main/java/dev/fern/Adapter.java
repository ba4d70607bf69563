package dev.fern;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/// A part of the world that starts functions, and if it is a [Sink] too, takes their answers.
///
/// Life: construct cheaply, [#check] at any time, [#start] once, [#bind] as often as definitions change, [#close] once.
/// No method waits for a network.
public interface Adapter extends AutoCloseable {
    /// The types of triggers and targets that are its own, such as `mqtt`.
    Set<String> types();

    /// Says whether this function's triggers and targets of these types make sense, beside those already accepted.
    /// Touches nothing outside.
    ///
    /// @throws InvalidDefinitionException with the first thing that does not
    void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException;

    /// Once, before [#start], for those who receive CloudEvents: who listens to them.
    default void hear(Audience audience) {}

    /// Starts, with nothing to listen to yet. A connection that cannot be had is tried again for ever.
    void start(Intake intake);

    /// From now on exactly these are wanted. What stays the same is not disturbed.
    void bind(Collection<Trigger> triggers, Collection<Target> targets);

    /// Whether this trigger really listens: its subscription is acknowledged, its line is held.
    Health health(Trigger trigger);

    /// What it depends on outside, by the name shown in the status, such as `mqtt` or `mqtt/plant`; by default nothing.
    default Map<String, Health> health() {
        return Map.of();
    }

    /// Stops listening, gives back what it holds. Within 5 s.
    @Override
    void close();
}
