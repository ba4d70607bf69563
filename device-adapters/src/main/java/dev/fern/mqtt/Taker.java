package dev.fern.mqtt;

import dev.fern.Trigger;

/// Somebody a message is for: it stays the same object while definitions change, so that messages that wait for its
/// lane keep their place.
interface Taker {
    Trigger trigger();

    /// 0 if a message need not be acknowledged for it.
    int qos();

    /// Whether the broker keeps a message until its work is done.
    boolean brokerKeeps();

    /// Counts a message that there is no room for.
    void drop();
}
