package dev.fern.dispatch;

import dev.fern.Event;
import dev.fern.Metrics;
import dev.fern.Placeholders;
import dev.fern.Sink;
import dev.fern.SinkException;
import dev.fern.Target;
import dev.fern.Time;
import dev.fern.dispatch.Route.Destination;
import dev.fern.journal.Delivery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Takes deliveries to their sinks and tries again, each target by itself. Any thread; does not wait.
final class Courier {
    /// The longest pause that a target may ask for.
    private static final Duration ASKED_MOST = Duration.ofMinutes(10);

    private final Map<String, Sink> sinks;
    private final Time time;
    private final LongAdder sent;
    private final LongAdder retried;

    /// @param sinks by type of target
    Courier(Map<String, Sink> sinks, Time time, Metrics metrics) {
        this.sinks = sinks;
        this.time = time;
        sent = metrics.counter("fern_outputs_sent_total");
        retried = metrics.counter("fern_outputs_retried_total");
    }

    /// Sends all, and says of each how it ended: null, or why it was given up.
    ///
    /// @param age since the call was accepted
    /// @param troubled runs when a delivery has to be tried again
    void send(
            List<Delivery> deliveries,
            Route route,
            Age age,
            Runnable troubled,
            BiConsumer<Delivery, @Nullable String> ended) {
        for (var delivery : deliveries) {
            var destination = route.destination(delivery.target());
            if (destination == null) {
                ended.accept(delivery, "target " + delivery.target() + " is not defined any more");
            } else {
                new Journey(delivery, destination, age, troubled, ended).attempt(1);
            }
        }
    }

    /// Whether the target may get the message twice.
    boolean repeatable(Event message, Target target) {
        var sink = sinks.get(target.type());
        return sink == null || sink.repeatable(message, target);
    }

    /// One delivery until it ends.
    private final class Journey {
        private final Delivery delivery;
        private final Destination destination;
        private final Age age;
        private final Runnable troubled;
        private final BiConsumer<Delivery, @Nullable String> ended;

        Journey(
                Delivery delivery,
                Destination destination,
                Age age,
                Runnable troubled,
                BiConsumer<Delivery, @Nullable String> ended) {
            this.delivery = delivery;
            this.destination = destination;
            this.age = age;
            this.troubled = troubled;
            this.ended = ended;
        }

        void attempt(int number) {
            var tooOld = destination.tooOld(age.now());
            if (tooOld != null) {
                ended.accept(delivery, tooOld);
                return;
            }
            deliver(delivery.message()).whenComplete((_, failure) -> {
                if (failure == null) {
                    sent.increment();
                    ended.accept(delivery, null);
                } else {
                    failed(number, failure);
                }
            });
        }

        private CompletionStage<Void> deliver(Event message) {
            try {
                var target = Placeholders.fill(destination.target(), message);
                var sink = sinks.get(target.type());
                return sink == null
                        ? CompletableFuture.failedFuture(SinkException.never("nothing here sends to " + target.type()))
                        : sink.send(message, target);
            } catch (SinkException | RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private void failed(int number, Throwable failure) {
            var cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            var why = destination.target().binding() + ": " + cause.getMessage();
            boolean lasting = cause instanceof SinkException refusal && refusal.lasting();
            if (lasting || number > destination.backoff().retries()) {
                ended.accept(delivery, why);
                return;
            }
            retried.increment();
            troubled.run();
            time.after(pause(number, cause), () -> attempt(number + 1));
        }

        /// As the target asks, within bounds, and not sooner than the definition says.
        private Duration pause(int number, Throwable cause) {
            var own = destination.backoff().after(number);
            var asked = cause instanceof SinkException refusal ? refusal.retryAfter() : null;
            if (asked == null || asked.compareTo(own) < 0) {
                return own;
            }
            return asked.compareTo(ASKED_MOST) < 0 ? asked : ASKED_MOST;
        }
    }
}
