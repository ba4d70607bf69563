package dev.fern.journal;

import dev.fern.Event;

/// A message that a target has not had.
///
/// @param target the NAME of its `fern/to/NAME`
/// @param message what it gets
/// @param once it must not reach its target twice: a pulse or a toggle of a pin
/// @param lost it was given up: nobody sends it but `fern retry`
public record Delivery(String target, Event message, boolean once, boolean lost) {
    /// The same, given up or owed again.
    public Delivery lost(boolean now) {
        return new Delivery(target, message, once, now);
    }

    /// Whether this is that very delivery, not one that looks alike.
    @SuppressWarnings("ReferenceEquality")
    public boolean is(Delivery other) {
        return this == other;
    }
}
