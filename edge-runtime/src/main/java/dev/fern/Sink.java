package dev.fern;

import java.util.concurrent.CompletionStage;

/// Takes what functions returned out into the world.
public interface Sink {
    /// Sends. Messages to one target leave in the order of these calls. The stage completes when the other side has it
    /// (MQTT: PUBACK), or fails with a [SinkException]. Any thread; does not wait.
    CompletionStage<Void> send(Event event, Target target);

    /// Whether sending this a second time is harmless. After a crash nobody knows whether it went out the first time:
    /// what is not repeatable is then left out.
    default boolean repeatable(Event event, Target target) {
        return true;
    }
}
