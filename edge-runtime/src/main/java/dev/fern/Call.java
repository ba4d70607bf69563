package dev.fern;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// One run of a function that somebody is owed.
///
/// @param id `Fn-Call-Id`; stays the same over retries
/// @param trigger what started it
/// @param event what it is about
/// @param attempt 1 for the first
/// @param acceptedAt when this device took it on
public record Call(String id, Trigger trigger, Event event, int attempt, Instant acceptedAt) {
    public static Call first(Trigger trigger, Event event, Instant now) {
        return new Call(Ids.next(), trigger, event, 1, now);
    }

    public Call again() {
        return new Call(id, trigger, event, attempt + 1, acceptedAt);
    }

    /// All headers the function gets: Fn's own, the event as CloudEvents 1.0 in HTTP binary mode (HTTP binding 1.0.2,
    /// section 3.1: attributes beyond visible ASCII are encoded), and Fern's.
    ///
    /// @param deadline until when the answer is awaited; sent in whole seconds, as an Fn server does
    public Headers headers(Instant deadline) {
        var headers = event.headers().toBuilder();
        headers.set("Fn-Call-Id", id);
        headers.set("Fn-Deadline", Second.of(deadline).text());
        if (event.dataContentType() instanceof String type) {
            headers.set("Content-Type", type);
        }
        if (event.type().equals(Event.HTTP_REQUEST)) {
            return headers.build();
        }
        headers.set("Ce-Specversion", "1.0");
        headers.set("Ce-Id", CeHeaders.encode(event.id()));
        headers.set("Ce-Source", CeHeaders.encode(event.source()));
        headers.set("Ce-Type", CeHeaders.encode(event.type()));
        headers.set("Ce-Time", event.time().toString());
        if (event.subject() instanceof String subject) {
            headers.set("Ce-Subject", CeHeaders.encode(subject));
        }
        event.extensions().forEach((name, value) -> headers.set("Ce-" + name, CeHeaders.encode(value)));
        headers.set("Fern-Trigger", trigger.name());
        headers.set("Fern-Attempt", String.valueOf(attempt));
        return headers.build();
    }

    /// A second in words. Many calls have the same one, and finding the words costs as much as a small call.
    private record Second(long epoch, String text) {
        private static volatile Second last = new Second(0, Instant.EPOCH.toString());

        static Second of(Instant time) {
            var known = last;
            if (known.epoch != time.getEpochSecond()) {
                known = new Second(
                        time.getEpochSecond(),
                        time.truncatedTo(ChronoUnit.SECONDS).toString());
                last = known;
            }
            return known;
        }
    }
}
