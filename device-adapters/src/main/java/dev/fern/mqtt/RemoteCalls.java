package dev.fern.mqtt;

import dev.fern.Answer;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Time;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// Calls by message, of one broker: `PREFIX/DEVICE/invoke/APP/FN` runs the function at once, and what it answers goes
/// to the response topic of the message with its correlation data (MQTT 5, section 4.10).
///
/// A synchronous call runs at most once: its message is acknowledged before it has run, and one that an earlier daemon
/// may have run is refused. A detached one is acknowledged when it is on disk.
final class RemoteCalls {
    private static final System.Logger LOG = System.getLogger("fern.mqtt");
    private static final int AT_ONCE = 64;
    /// How long a detached call may take to get onto the disk.
    private static final Duration KEPT_WITHIN = Duration.ofSeconds(30);

    private static final CompletionStage<Void> NOW = CompletableFuture.completedFuture(null);

    private final String broker;
    private final Callees callees;
    private final Intake intake;
    private final Events events;
    private final Replies replies;
    private final Refusals refusals;
    private final Function<Outgoing, CompletionStage<Void>> outbox;
    private final int eventBytes;
    private final Time time;
    private final Metrics metrics;
    private final Repeats repeats = new Repeats();
    private final AtomicInteger running = new AtomicInteger();
    private final LongAdder repeated;
    private final LongAdder unwanted;
    private final LongAdder lost;

    /// @param broker its name
    /// @param outbox sends an answer
    RemoteCalls(
            String broker,
            Callees callees,
            Intake intake,
            Events events,
            Replies replies,
            Refusals refusals,
            Function<Outgoing, CompletionStage<Void>> outbox,
            int eventBytes,
            Time time,
            Metrics metrics) {
        this.broker = broker;
        this.callees = callees;
        this.intake = intake;
        this.events = events;
        this.replies = replies;
        this.refusals = refusals;
        this.outbox = outbox;
        this.eventBytes = eventBytes;
        this.time = time;
        this.metrics = metrics;
        repeated = metrics.counter("fern_mqtt_calls_repeated_total", "broker", broker);
        unwanted = metrics.counter("fern_mqtt_answers_dropped_total", "broker", broker, "reason", "unwanted");
        lost = metrics.counter("fern_mqtt_answers_dropped_total", "broker", broker, "reason", "lost");
        metrics.gauge(running::get, "fern_mqtt_calls_running", "broker", broker);
    }

    /// What a device that takes calls is subscribed to.
    static String filter(String prefix, String device) {
        return prefix + "/" + device + "/invoke/#";
    }

    /// Takes a call on and does not wait for it.
    ///
    /// @param called what stands behind `invoke/` in its topic
    /// @param before whether a daemon before this one may have run what comes repeated
    /// @return completes when the message may be acknowledged
    CompletionStage<Void> take(Incoming message, String called, boolean before) {
        if (repeats.first(message) instanceof CompletionStage<Void> first) {
            repeated.increment();
            return first;
        }
        var taken = admit(message, called, before);
        repeats.remember(message, taken);
        return taken;
    }

    private CompletionStage<Void> admit(Incoming message, String called, boolean before) {
        var reply = message.reply();
        if (reply != null && replies.problem(reply) instanceof String why) {
            refusals.unanswerable(message, reply.topic(), why);
            return NOW;
        }
        if (running.incrementAndGet() > AT_ONCE) {
            running.decrementAndGet();
            fail(message, 503, "the device is busy: " + AT_ONCE + " calls by message are under way");
            return NOW;
        }
        try {
            return begin(message, called, before);
        } catch (RefusedCallException e) {
            running.decrementAndGet();
            fail(message, e);
            return NOW;
        }
    }

    private CompletionStage<Void> begin(Incoming message, String called, boolean before) throws RefusedCallException {
        boolean detached = isDetached(message);
        if (message.retained()) {
            throw new RefusedCallException(400, "a call must not be retained: it would run again and again");
        }
        if (message.size() > eventBytes) {
            throw new RefusedCallException(
                    413,
                    "the call has " + message.size() + " bytes; this device takes " + eventBytes
                            + " (limits.event-bytes)");
        }
        if (message.repeated() && before && !detached) {
            throw new RefusedCallException(
                    503, "Fern was restarted after this call had come: it may have run, and was not run again");
        }
        var trigger = callees.find(called);
        var event = events.of(message, false).with(Events.headers(message, List.of()));
        if (detached) {
            return keep(message, trigger, event);
        }
        Thread.ofVirtual().name("fern-mqtt-call").start(() -> run(message, trigger, event));
        return NOW;
    }

    private static boolean isDetached(Incoming message) {
        return message.properties().stream()
                .anyMatch(property -> property.name().equalsIgnoreCase("Fn-Invoke-Type")
                        && property.value().equals("detached"));
    }

    private void run(Incoming message, Trigger trigger, Event event) {
        try {
            answer(
                    message,
                    event,
                    200,
                    switch (intake.invoke(trigger, event)) {
                        case Result.Success(var answer) -> answer;
                        case Result.FunctionError _ -> throw new RefusedCallException(502, "function failed");
                        case Result.TimedOut _ -> throw new RefusedCallException(504, "Timed out");
                        case Result.Unavailable unavailable ->
                            throw new RefusedCallException(503, unavailable.reason());
                    });
        } catch (RefusedCallException e) {
            fail(message, e);
        } catch (InterruptedException e) {
            fail(message, 503, "Fern is stopping");
        } catch (OutOfMemoryError e) { // somebody has taken it all, and is about to be stopped
            fail(message, 503, "no memory is left for this now");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a bug in serving a call to " + message.topic(), e);
            fail(message, 500, "internal server error");
        } finally {
            running.decrementAndGet();
        }
    }

    private CompletionStage<Void> keep(Incoming message, Trigger trigger, Event event) throws RefusedCallException {
        Intake.Receipt receipt;
        try {
            receipt = intake.accept(trigger, event);
        } catch (IntakeFullException e) {
            throw new RefusedCallException(503, String.valueOf(e.getMessage()));
        }
        var open = new AtomicBoolean(true);
        var taken = new CompletableFuture<Void>();
        var patience = time.after(KEPT_WITHIN, () -> {
            if (open.compareAndSet(true, false)) {
                receipt.withdraw();
                end(message, 503, "the disk is too slow to keep the call", taken);
            }
        });
        receipt.done().whenComplete((_, _) -> {
            if (open.compareAndSet(true, false)) {
                patience.cancel();
                running.decrementAndGet();
                accepted(message, event);
                taken.complete(null);
            }
        });
        return taken;
    }

    private void end(Incoming message, int status, String why, CompletableFuture<Void> taken) {
        running.decrementAndGet();
        fail(message, status, why);
        taken.complete(null);
    }

    private void accepted(Incoming message, Event event) {
        try {
            answer(message, event, 202, new Answer(Headers.NONE, Payload.EMPTY));
        } catch (RefusedCallException e) {
            fail(message, e);
        }
    }

    private void answer(Incoming message, Event event, int status, Answer answer) throws RefusedCallException {
        var reply = message.reply();
        if (reply == null) {
            count(status);
            unwanted.increment();
            return;
        }
        var call = event.isCloudEvent() ? null : event.id();
        var sent = replies.answer(reply, message.qos(), status, call, answer);
        outbox.apply(sent).whenComplete((_, fault) -> {
            if (fault == null) {
                count(status);
            } else {
                fail(message, 502, "the answer could not be sent: " + fault.getMessage());
            }
        });
    }

    private void fail(Incoming message, RefusedCallException refusal) {
        fail(message, refusal.status(), String.valueOf(refusal.getMessage()));
    }

    private void fail(Incoming message, int status, String why) {
        count(status);
        var reply = message.reply();
        if (reply == null) {
            unwanted.increment();
            return;
        }
        outbox.apply(replies.failure(reply, message.qos(), status, why)).whenComplete((_, fault) -> {
            if (fault != null) {
                lost.increment();
            }
        });
    }

    private void count(int status) {
        metrics.counter("fern_mqtt_calls_total", "broker", broker, "status", String.valueOf(status))
                .increment();
    }

    /// Calls under way.
    int size() {
        return running.get();
    }
}
