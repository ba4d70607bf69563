package dev.fern.http;

import dev.fern.Audience;
import dev.fern.CeHeaders;
import dev.fern.CloudEvents;
import dev.fern.CloudEvents.MalformedException;
import dev.fern.Event;
import dev.fern.Headers;
import dev.fern.Intake;
import dev.fern.Intake.Receipt;
import dev.fern.IntakeFullException;
import dev.fern.Metrics;
import dev.fern.Payload;
import dev.fern.Time;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// `POST /events`: CloudEvents over HTTP in the three modes of its binding (1.0.2, section 3). 202 says that each call
/// that they start is on disk, or as safe as its trigger asks. One event that is none refuses all of its request.
final class Inlet {
    /// A batch may have that many times the bytes of the largest event.
    private static final int BATCH_TIMES = 4;

    private static final int BATCH_EVENTS = 1000;
    /// Each is in memory several times while it is read.
    private static final int BATCHES_AT_ONCE = 4;

    private static final Duration KEPT_WITHIN = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final int eventBytes;
    private final Intake intake;
    private final Audience audience;
    private final Time time;
    private final LongAdder tooLarge;
    private final LongAdder malformed;
    private final LongAdder unheard;
    private final Semaphore batches = new Semaphore(BATCHES_AT_ONCE);

    Inlet(int eventBytes, Intake intake, Audience audience, Time time, Metrics metrics) {
        this.eventBytes = eventBytes;
        this.intake = intake;
        this.audience = audience;
        this.time = time;
        tooLarge = metrics.counter("fern_events_refused_total", "reason", "size");
        malformed = metrics.counter("fern_cloudevents_malformed_total");
        unheard = metrics.counter("fern_cloudevents_unheard_total");
    }

    void take(Exchange exchange) throws RefusedException, IOException, InterruptedException {
        try {
            accept(events(exchange));
        } catch (MalformedException e) {
            malformed.increment();
            throw new RefusedException(400, "this is no CloudEvent: " + e.getMessage());
        } catch (RefusedException e) {
            if (e.status() == 413) {
                tooLarge.increment();
            }
            throw e;
        }
        exchange.send(202, new byte[0]);
    }

    private List<Event> events(Exchange exchange) throws RefusedException, IOException, MalformedException {
        var contentType = exchange.header("Content-Type");
        var format = format(contentType);
        if (format == null) {
            return List.of(binary(exchange, contentType));
        }
        return switch (format) {
            case CloudEvents.JSON -> List.of(CloudEvents.ofJson(Payload.of(exchange.body(eventBytes)), time.now()));
            case CloudEvents.BATCH -> batch(exchange);
            default -> throw unknown("Fern does not know the format " + format);
        };
    }

    /// The media type, if it says that the body is a CloudEvent or several.
    private static @Nullable String format(@Nullable String contentType) throws RefusedException {
        if (contentType == null || !contentType.strip().toLowerCase(Locale.ROOT).startsWith(CloudEvents.ANY)) {
            return null;
        }
        var parts = contentType.strip().toLowerCase(Locale.ROOT).split(";");
        for (int i = 1; i < parts.length; i++) {
            var parameter = parts[i].replaceAll("[\\s\"]", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                throw unknown("its JSON must be UTF-8");
            }
        }
        return parts[0].strip();
    }

    private static RefusedException unknown(String why) {
        return new RefusedException(
                415,
                why + "; send the attributes as Ce- headers, or the content type " + CloudEvents.JSON + " or "
                        + CloudEvents.BATCH);
    }

    private Event binary(Exchange exchange, @Nullable String contentType)
            throws RefusedException, IOException, MalformedException {
        var headers = Headers.builder();
        exchange.forEachHeader((name, value) -> {
            if (CeHeaders.isOne(name)) {
                headers.add(name, value);
            }
        });
        var fields = headers.build();
        if (fields.isEmpty()) {
            throw unknown("there is no CloudEvent in this request");
        }
        return CloudEvents.of(
                CeHeaders.attributes(fields), contentType, Payload.of(exchange.body(eventBytes)), time.now());
    }

    private List<Event> batch(Exchange exchange) throws RefusedException, IOException, MalformedException {
        if (!batches.tryAcquire()) {
            throw Calls.busy(BATCHES_AT_ONCE + " batches are being read already", SOON);
        }
        try {
            return batch(exchange.body((int) Math.min(Integer.MAX_VALUE, (long) BATCH_TIMES * eventBytes)));
        } finally {
            batches.release();
        }
    }

    private List<Event> batch(byte[] body) throws RefusedException, MalformedException {
        var texts = CloudEvents.ofBatch(Payload.of(body), BATCH_EVENTS);
        if (texts.size() > BATCH_EVENTS) {
            throw new RefusedException(413, "a batch has at most " + BATCH_EVENTS + " events here; send several");
        }
        var events = new ArrayList<Event>(texts.size());
        var now = time.now();
        for (int i = 0; i < texts.size(); i++) {
            var text = texts.get(i);
            if (text.getBytes(StandardCharsets.UTF_8).length > eventBytes) {
                throw new RefusedException(
                        413, "the event at index " + i + " is too large: at most " + eventBytes + " bytes are taken");
            }
            try {
                events.add(CloudEvents.ofJson(text, now));
            } catch (MalformedException e) {
                throw new MalformedException("at index " + i + " " + e.getMessage());
            }
        }
        return events;
    }

    /// What was taken on before it turned out that there is no room for all stays: each runs once, if all are sent
    /// again.
    private void accept(List<Event> events) throws RefusedException, InterruptedException {
        var receipts = new ArrayList<Receipt>();
        try {
            for (var event : events) {
                var listeners = audience.of(event);
                if (listeners.isEmpty()) {
                    unheard.increment();
                }
                for (var trigger : listeners) {
                    receipts.add(intake.accept(trigger, event));
                }
            }
        } catch (IntakeFullException e) {
            throw Calls.busy(String.valueOf(e.getMessage()), e.retryAfter());
        }
        awaitAll(receipts);
    }

    private static void awaitAll(List<Receipt> receipts) throws RefusedException, InterruptedException {
        long end = System.nanoTime() + KEPT_WITHIN.toNanos();
        try {
            for (var receipt : receipts) {
                receipt.done().toCompletableFuture().get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (TimeoutException e) {
            throw Calls.busy("the disk is too slow to keep the events", KEPT_WITHIN);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a receipt never fails", e);
        }
    }
}
