package dev.fern.dispatch;

import dev.fern.Call;
import dev.fern.Event;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import dev.fern.dispatch.Route.Destination;
import dev.fern.journal.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The functions that run on what others returned, or on their dead calls: each trigger `fn:APP/NAME` is a target of
/// that function, in a queue of its own, which its definition does not know of. Any thread.
final class Followers {
    /// How long something waits for a function that had followed and is gone: as long as its calls are kept.
    private static final Duration GONE = Duration.ofDays(7);

    private volatile Map<FnName, List<Destination>> answers = Map.of();
    private volatile Map<FnName, List<Destination>> failures = Map.of();

    /// These run now.
    synchronized void look(Collection<Route> routes) {
        var onAnswer = new HashMap<FnName, List<Destination>>();
        var onFailure = new HashMap<FnName, List<Destination>>();
        for (var route : routes) {
            route.follows.forEach((link, destination) -> (link.failure() ? onFailure : onAnswer)
                    .computeIfAbsent(link.from(), _ -> new ArrayList<>())
                    .add(destination));
        }
        answers = onAnswer;
        failures = onFailure;
    }

    /// Where each answer of that function goes as well.
    List<Destination> ofAnswers(FnName fn) {
        return answers.getOrDefault(fn, List.of());
    }

    /// Where its dead calls go.
    List<Destination> ofFailures(FnName fn) {
        return failures.getOrDefault(fn, List.of());
    }

    /// All places where something of that function may wait, but for its own targets.
    Stream<Destination> all(FnName fn) {
        return Stream.concat(ofAnswers(fn).stream(), ofFailures(fn).stream());
    }

    /// The destination that a delivery was made for, or null if it is none of a follower. A follower may be gone, or
    /// not be there yet after a restart: what is for it waits.
    @Nullable Destination destination(FnName fn, String key) {
        var known = all(fn).filter(one -> one.key().equals(key)).findFirst().orElse(null);
        return known != null ? known : gone(fn, key);
    }

    private static @Nullable Destination gone(FnName fn, String key) {
        var link = Link.of(fn, key);
        try {
            return link == null || link.trigger() == null
                    ? null
                    : Destination.of(link.target()).withExpiry(GONE);
        } catch (InvalidDefinitionException e) {
            return null;
        }
    }

    /// Whether it tells of a dead call.
    static boolean isFailure(Delivery one) {
        return Link.isFailure(one.target());
    }

    private static String line(String reason) {
        var line = reason.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= 500 ? line : line.substring(0, 500) + "…";
    }

    /// What those hear that run on the dead calls of a function.
    ///
    /// @param device its id
    List<Delivery> tell(Call call, String reason, String device, Instant now) {
        var deliveries = new ArrayList<Delivery>();
        for (var destination : ofFailures(call.trigger().fn())) {
            var headers = Outputs.kept(call, destination.target())
                    .set("Fern-Reason", line(reason))
                    .set("Fern-Failed-Call", call.id())
                    .build();
            var event = Event.of(
                    "/fern/" + device + "/fn/" + call.trigger().fn(),
                    Event.FN_FAILURE,
                    call.event().subject(),
                    now,
                    call.event().dataContentType(),
                    headers,
                    call.event().data());
            deliveries.add(new Delivery(destination.key(), event, false, false));
        }
        return deliveries;
    }
}
