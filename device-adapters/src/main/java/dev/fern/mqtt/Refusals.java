package dev.fern.mqtt;

import dev.fern.Metrics;
import dev.fern.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts messages that are too large, or no CloudEvents though they say so, or calls whose answer can go nowhere, and
/// names each topic at most once a minute.
final class Refusals {
    private static final System.Logger LOG = System.getLogger("fern.mqtt");
    private static final long QUIET_NS = Duration.ofMinutes(1).toNanos();
    private static final int TOPICS = 100;

    private final Time time;
    private final LongAdder tooLarge;
    private final LongAdder misfits;
    private final LongAdder unanswerable;
    private final Map<String, Long> named = new LinkedHashMap<>();

    Refusals(Time time, Metrics metrics) {
        this.time = time;
        tooLarge = metrics.counter("fern_events_refused_total", "reason", "size");
        misfits = metrics.counter("fern_cloudevents_malformed_total");
        unanswerable = metrics.counter("fern_mqtt_calls_unanswerable_total");
    }

    /// It is not run.
    ///
    /// @return whether it was logged
    boolean refuse(Incoming message, int most) {
        tooLarge.increment();
        return say(
                "size",
                message,
                "a message of {0} bytes on {1} is larger than limits.event-bytes ({2}) and was refused; "
                        + "send less, or raise the limit",
                message.size(),
                message.topic(),
                most);
    }

    /// It says that it is a CloudEvent and is none; it is a plain message then.
    ///
    /// @return whether it was logged
    boolean misfit(Incoming message, String why) {
        misfits.increment();
        return say(
                "form",
                message,
                "a message on {0} says that it is a CloudEvent, but {1}; it was taken for a plain message: "
                        + "correct what sends it",
                message.topic(),
                why);
    }

    /// It was sent to the device's own topic for CloudEvents and is none.
    ///
    /// @return whether it was logged
    boolean stranger(Incoming message, String why) {
        misfits.increment();
        return say(
                "form",
                message,
                "a message on {0} is no CloudEvent ({1}), and event triggers get nothing else: correct what sends it",
                message.topic(),
                why);
    }

    /// A call whose answer can go nowhere; it is not run.
    ///
    /// @param topic its response topic
    /// @return whether it was logged
    boolean unanswerable(Incoming message, String topic, String why) {
        unanswerable.increment();
        return say(
                "reply",
                message,
                "a call to {0} was not run, as its response topic {1} {2}: correct what sends it",
                message.topic(),
                topic,
                why);
    }

    private boolean say(String what, Incoming message, String text, Object... values) {
        boolean news = isNews(what, message);
        if (news) {
            LOG.log(System.Logger.Level.WARNING, text, values);
        }
        return news;
    }

    private synchronized boolean isNews(String what, Incoming message) {
        long now = time.nanos();
        named.values().removeIf(since -> now - since >= QUIET_NS);
        return named.size() < TOPICS && named.putIfAbsent(what + " " + message.topic(), now) == null;
    }
}
