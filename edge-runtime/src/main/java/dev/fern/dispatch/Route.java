package dev.fern.dispatch;

import dev.fern.Durations;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import dev.fern.Payload;
import dev.fern.Target;
import dev.fern.Trigger;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One version of a function as the dispatcher sees it: its triggers' policies and its targets.
final class Route {
    /// A target and how it is served.
    ///
    /// @param key what a delivery says it is for
    /// @param address where its deliveries wait
    /// @param from the triggers whose answers it gets; empty means all
    /// @param value what is sent whatever the answer, or null
    /// @param maxAge an older answer is not sent, or null
    record Destination(
            String key,
            Address.Key address,
            Target target,
            Backoff backoff,
            List<String> from,
            @Nullable Payload value,
            @Nullable Duration maxAge,
            @Nullable Duration expiry) {
        private static final Duration PIN_AGE = Duration.ofSeconds(10);

        static Destination of(Target target) throws InvalidDefinitionException {
            var options = target.options();
            var value = options.text("value");
            boolean pin = target.type().equals("gpio") || target.type().equals("pwm");
            return new Destination(
                    Route.key(target),
                    new Address.Key(target.fn(), Route.key(target)),
                    target,
                    Backoff.of(options),
                    options.list("from"),
                    value == null ? null : Payload.of(value),
                    options.text("max-age") == null && !pin ? null : options.duration("max-age", PIN_AGE),
                    options.text("expiry") == null ? null : options.duration("expiry", Duration.ZERO));
        }

        /// Whether its messages are CloudEvents.
        boolean asCloudEvent() {
            return target.options().text("format", "body").equals("cloudevent");
        }

        Destination withExpiry(Duration limit) {
            return new Destination(key, address, target, backoff, from, value, maxAge, limit);
        }

        boolean takes(String trigger) {
            return from.isEmpty() || from.contains(trigger);
        }

        /// Why a message of that age is not sent any more, or null.
        @Nullable String tooOld(Duration age) {
            var limit = maxAge == null || (expiry != null && expiry.compareTo(maxAge) < 0) ? expiry : maxAge;
            return limit != null && age.compareTo(limit) > 0
                    ? "the answer for " + target.binding() + " is older than " + Durations.text(limit)
                    : null;
        }
    }

    final Fn fn;
    private final Map<String, Policy> policies = new HashMap<>();
    /// In the order of the definition.
    private final Map<String, Destination> destinations = new LinkedHashMap<>();
    /// The functions it runs after, and where what is for it waits.
    final Map<Link, Destination> follows = new LinkedHashMap<>();

    Route(Fn fn) throws InvalidDefinitionException {
        this.fn = fn;
        for (var trigger : fn.triggers()) {
            policies.put(trigger.name(), Policy.of(trigger));
            if (trigger.type().equals(Link.TYPE)) {
                var link = Link.of(trigger);
                follows.put(link, Destination.of(link.target()));
            }
        }
        for (var target : fn.targets()) {
            var destination = Destination.of(target);
            destinations.put(destination.key, destination);
        }
    }

    /// The policy of that trigger, or null if this version does not have it.
    @Nullable Policy policy(Trigger trigger) {
        return policies.get(trigger.name());
    }

    /// Whether some target gets CloudEvents.
    boolean speaksCloudEvents() {
        return destinations.values().stream().anyMatch(Destination::asCloudEvent);
    }

    Iterable<Destination> destinations() {
        return destinations.values();
    }

    /// The destination a delivery was made for, or null if this version does not have it.
    @Nullable Destination destination(String key) {
        return destinations.get(key);
    }

    boolean hasTarget(String name) {
        return destinations.values().stream()
                .anyMatch(destination -> destination.target.name().equals(name));
    }

    /// A `fern/to/NAME` may list several bindings: name and binding tell them apart.
    private static String key(Target target) {
        return target.name() + " " + target.binding();
    }
}
