package dev.fern.journal;

import dev.fern.Event;

/// A message that a target has not had yet.
///
/// @param target the NAME of its `fern/to/NAME`
/// @param message what it gets
/// @param once it must not reach its target twice: a pulse or a toggle of a pin
public record Delivery(String target, Event message, boolean once) {
    /// Whether this is that very delivery, not one that looks alike.
    @SuppressWarnings("ReferenceEquality")
    public boolean is(Delivery other) {
        return this == other;
    }
}
