package dev.fern.http;

import dev.fern.Answer;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Ids;
import dev.fern.Intake;
import dev.fern.IntakeFullException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Result;
import dev.fern.Settings;
import dev.fern.Time;
import dev.fern.Trigger;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;

/// Runs functions: `/invoke/FN_ID` and `/t/APP/SOURCE`. The id of the event is the id of the call.
final class Calls {
    /// How long a detached call may take to get onto the disk.
    private static final Duration KEPT_WITHIN = Duration.ofSeconds(30);

    private final Settings settings;
    private final Intake intake;
    private final Guard guard;
    private final Time time;
    private final LongAdder tooLarge;

    Calls(Settings settings, Intake intake, Guard guard, Time time, Metrics metrics) {
        tooLarge = metrics.counter("fern_events_refused_total", "reason", "size");
        this.settings = settings;
        this.intake = intake;
        this.guard = guard;
        this.time = time;
    }

    void invoke(Exchange exchange, Trigger trigger) throws RefusedException, IOException, InterruptedException {
        var event = event(exchange, trigger, Gateway.invoke(exchange, guard));
        if ("detached".equals(exchange.header("Fn-Invoke-Type"))) {
            detach(exchange, trigger, event);
        } else {
            Gateway.answerInvoke(exchange, run(trigger, event));
        }
    }

    void trigger(Exchange exchange, Trigger trigger) throws RefusedException, IOException, InterruptedException {
        var event = event(exchange, trigger, Gateway.trigger(exchange, guard));
        Gateway.answerTrigger(exchange, run(trigger, event));
    }

    private Event event(Exchange exchange, Trigger trigger, Headers headers) throws RefusedException, IOException {
        var body = body(exchange);
        var event = new Event(
                Ids.next(),
                "/fern/" + settings.device().id() + "/http/" + trigger.name(),
                Event.HTTP_REQUEST,
                null,
                time.now(),
                exchange.header("Content-Type"),
                Map.of(),
                headers,
                Payload.of(body));
        exchange.header("Fn-Call-Id", event.id());
        return event;
    }

    private byte[] body(Exchange exchange) throws RefusedException, IOException {
        try {
            return exchange.body(settings.limits().eventBytes());
        } catch (RefusedException e) {
            if (e.status() == 413) {
                tooLarge.increment();
            }
            throw e;
        }
    }

    private Answer run(Trigger trigger, Event event) throws RefusedException, InterruptedException {
        return switch (intake.invoke(trigger, event)) {
            case Result.Success(var answer) -> answer;
            case Result.FunctionError _ -> throw new RefusedException(502, "function failed");
            case Result.TimedOut _ -> throw new RefusedException(504, "Timed out");
            case Result.Unavailable(var reason, var retryAfter) -> throw busy(reason, retryAfter);
        };
    }

    private void detach(Exchange exchange, Trigger trigger, Event event)
            throws RefusedException, IOException, InterruptedException {
        try {
            var receipt = intake.accept(trigger, event);
            try {
                receipt.done().toCompletableFuture().get(KEPT_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                receipt.withdraw();
                throw busy("the disk is too slow to keep the call", KEPT_WITHIN);
            }
        } catch (IntakeFullException e) {
            throw busy(String.valueOf(e.getMessage()), e.retryAfter());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a receipt never fails", e);
        }
        exchange.send(202, new byte[0]);
    }

    static RefusedException busy(String reason, Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
        return new RefusedException(503, reason).with("Retry-After", String.valueOf(seconds));
    }
}
