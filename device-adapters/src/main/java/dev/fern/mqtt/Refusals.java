package dev.fern.mqtt;

import dev.fern.Metrics;
import dev.fern.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Counts messages that are too large, and names each topic at most once a minute.
final class Refusals {
    private static final System.Logger LOG = System.getLogger("fern.mqtt");
    private static final long QUIET_NS = Duration.ofMinutes(1).toNanos();
    private static final int TOPICS = 100;

    private final Time time;
    private final LongAdder refused;
    private final Map<String, Long> named = new LinkedHashMap<>();

    Refusals(Time time, Metrics metrics) {
        this.time = time;
        refused = metrics.counter("fern_events_refused_total", "reason", "size");
    }

    /// @return whether it was logged
    synchronized boolean refuse(Incoming message, int most) {
        refused.increment();
        long now = time.nanos();
        named.values().removeIf(since -> now - since >= QUIET_NS);
        if (named.size() >= TOPICS || named.putIfAbsent(message.topic(), now) != null) {
            return false;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "a message of {0} bytes on {1} is larger than limits.event-bytes ({2}) and was refused; "
                        + "send less, or raise the limit",
                message.size(),
                message.topic(),
                most);
        return true;
    }
}
