package dev.fern.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who gets a message: by the Subscription Identifiers that the broker put into it, and without those by its
/// topic. Made anew when subscriptions change; then never changes.
///
/// A broker may send one PUBLISH with several identifiers, or one for each subscription that matches. Both give each
/// trigger the message once.
///
/// @param byId every identifier in use; a subscription may have several
/// @param all each subscription once
/// @param retired identifiers of subscriptions that were given up
record Routes(Map<Integer, Route> byId, List<Route> all, Set<Integer> retired) {
    static final Routes NONE = new Routes(Map.of(), List.of(), Set.of());

    /// A subscription's receivers.
    ///
    /// @param replay who asked for retained messages under this identifier, if not everybody did
    /// @param own what it is for besides, if its filter is one of the device's own topics
    record Route(
            Filter filter,
            List<Receiver> receivers,
            @Nullable List<Receiver> replay,
            @Nullable Own own) {
        /// What the device's own topics are for.
        enum Own {
            /// To look at the cloud.
            SYNC,
            /// CloudEvents for whoever wants them.
            EVENTS,
            /// Calls of functions.
            CALLS
        }

        /// Whether a message is the stored one, once more, for some receivers only.
        boolean isReplay(boolean retained) {
            return replay != null && retained;
        }

        List<Receiver> receivers(boolean retained) {
            return isReplay(retained) && replay != null ? replay : receivers;
        }
    }

    /// A route with what its wildcards matched.
    record Match(Route route, List<String> found) {}

    /// Empty if nobody wants the message any more.
    List<Match> of(Incoming message) {
        var ids = message.subscriptions();
        if (ids.size() == 1) {
            var only = match(byId.get(ids.getFirst()), message);
            return only != null ? List.of(only) : unknown(ids.getFirst()) ? byTopic(message) : List.of();
        }
        if (ids.isEmpty()) {
            return byTopic(message);
        }
        var matches = new ArrayList<Match>(ids.size());
        boolean unknown = false;
        for (var id : ids) {
            var match = match(byId.get(id), message);
            if (match != null) {
                matches.add(match);
            } else {
                unknown |= unknown(id);
            }
        }
        return unknown && matches.isEmpty() ? byTopic(message) : matches;
    }

    /// Not one we gave up: the session is older than our knowledge of it.
    private boolean unknown(Integer id) {
        return !retired.contains(id);
    }

    private List<Match> byTopic(Incoming message) {
        var matches = new ArrayList<Match>(1);
        for (var route : all) {
            var match = match(route, message);
            if (match != null) {
                matches.add(match);
            }
        }
        return matches;
    }

    private static @Nullable Match match(@Nullable Route route, Incoming message) {
        if (route == null) {
            return null;
        }
        var found = route.filter.match(message.topic());
        return found == null ? null : new Match(route, found);
    }
}
