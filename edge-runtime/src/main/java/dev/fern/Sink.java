package dev.fern;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes what functions returned out into the world.
public interface Sink {
    /// Sends. The stage completes when the other side has it (MQTT: PUBACK), or fails with a [SinkException]. Any
    /// thread;
    /// does not wait.
    CompletionStage<Void> send(Event event, Target target);

    /// The same, for a sink whose other side is this daemon: `then` hears how it ended before anything comes of it.
    ///
    /// @param then gets null, or why it failed; must be short
    default void send(Event event, Target target, Consumer<@Nullable Throwable> then) {
        CompletionStage<Void> sent;
        try {
            sent = send(event, target);
        } catch (RuntimeException e) {
            then.accept(e);
            return;
        }
        sent.whenComplete((_, failure) -> then.accept(failure));
    }

    /// How many messages of one target may be under way at once. With more than one it is the sink that keeps them in
    /// the order of the calls.
    default int atOnce() {
        return 1;
    }

    /// Whether sending this a second time is harmless. After a crash nobody knows whether it went out the first time:
    /// what is not repeatable is then left out.
    default boolean repeatable(Event event, Target target) {
        return true;
    }
}
