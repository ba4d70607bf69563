package dev.fern;

import java.util.List;
import java.util.function.Supplier;

/// Who listens to CloudEvents, wherever they come in: the triggers of type `event`. Whoever has received one hands it
/// to the [Intake] for each of them. Any thread.
public interface Audience {
    /// Nobody does.
    Audience NONE = new Audience() {
        @Override
        public List<Trigger> all() {
            return List.of();
        }

        @Override
        public List<Trigger> of(Event event) {
            return List.of();
        }

        @Override
        public void through(Supplier<Health> way) {}
    };

    /// Everybody. It changes with definitions, and has changed before the other adapters are bound.
    List<Trigger> all();

    /// Those that want this one.
    List<Trigger> of(Event event);

    /// Says that events come in by this way: its triggers listen when it does. Once for each way, before any event.
    void through(Supplier<Health> way);
}
