package dev.fern.chain;

import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Finds functions that would start each other for ever. A link with `loop=allow` may close a circle: what goes through
/// such links is counted.
final class Circles {
    private Circles() {}

    /// What a function's own definition says of chains.
    static List<Link> links(Fn fn) throws InvalidDefinitionException {
        var links = new ArrayList<Link>();
        for (var trigger : fn.triggers()) {
            if (trigger.type().equals(Link.TYPE)) {
                links.add(Link.of(trigger));
            }
        }
        for (var target : fn.targets()) {
            if (target.type().equals(Link.TYPE)) {
                links.add(Link.of(target));
            }
        }
        return links;
    }

    /// Refuses a function that closes a circle with those accepted.
    static void check(Fn candidate, Collection<Fn> accepted) throws InvalidDefinitionException {
        var next = new HashMap<FnName, Set<FnName>>();
        add(candidate, next);
        for (var fn : accepted) {
            add(fn, next);
        }
        var circle = circle(candidate.name(), next); // what is new begins or ends there
        if (circle != null) {
            throw new InvalidDefinitionException(
                    circle.stream().map(FnName::toString).collect(Collectors.joining(" -> "))
                            + " is a circle of functions that start each other for ever",
                    "remove one of these fn: triggers or targets, or write loop=allow on it if you mean it");
        }
    }

    private static void add(Fn fn, Map<FnName, Set<FnName>> next) throws InvalidDefinitionException {
        for (var link : links(fn)) {
            if (!link.loop()) {
                next.computeIfAbsent(link.from(), _ -> new LinkedHashSet<>()).add(link.to());
            }
        }
    }

    /// The way from a function back to it, the shortest one, or null.
    private static @Nullable List<FnName> circle(FnName start, Map<FnName, Set<FnName>> next) {
        var cameFrom = new HashMap<FnName, FnName>();
        Deque<FnName> look = new ArrayDeque<>(List.of(start));
        while (look.poll() instanceof FnName here) {
            for (var there : next.getOrDefault(here, Set.of())) {
                if (there.equals(start)) {
                    return path(start, here, cameFrom);
                }
                if (cameFrom.putIfAbsent(there, here) == null) {
                    look.add(there);
                }
            }
        }
        return null;
    }

    private static List<FnName> path(FnName start, FnName last, Map<FnName, FnName> cameFrom) {
        Deque<FnName> path = new ArrayDeque<>(List.of(start));
        for (FnName one = last; one != null && !one.equals(start); one = cameFrom.get(one)) {
            path.addFirst(one);
        }
        path.addFirst(start);
        return List.copyOf(path);
    }
}
