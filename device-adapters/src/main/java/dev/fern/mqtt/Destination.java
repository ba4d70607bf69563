package dev.fern.mqtt;

import dev.fern.InvalidDefinitionException;
import dev.fern.Target;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where a target publishes: `mqtt:TOPIC?qos=1&retain=true&expiry=1h&broker=NAME`.
///
/// @param broker its name, or null for the device's own
/// @param topic which may still have placeholders
/// @param expiry after which nobody wants the message any more; null for never
record Destination(
        @Nullable String broker,
        String topic,
        int qos,
        boolean retain,
        @Nullable Duration expiry) {
    static Destination of(Target target) throws InvalidDefinitionException {
        var problem = Names.topicProblem(target.address());
        if (problem != null) {
            throw new InvalidDefinitionException(
                    "the topic '" + target.address() + "' " + problem, "correct the topic of the target");
        }
        var options = target.options();
        var expiry = options.text("expiry") == null ? null : options.duration("expiry", Duration.ZERO);
        if (expiry != null && (expiry.toSeconds() < 1 || expiry.toSeconds() > 0xFFFF_FFFFL)) {
            throw new InvalidDefinitionException(
                    "expiry=" + options.text("expiry") + " makes no sense", "give 1s to 49710d");
        }
        return new Destination(
                options.text("broker"),
                target.address(),
                Source.qos(options.text("qos", "1"), target.binding()),
                options.flag("retain", false),
                expiry);
    }
}
