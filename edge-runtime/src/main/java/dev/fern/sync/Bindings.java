package dev.fern.sync;

import dev.fern.Binding;
import dev.fern.Durability;
import dev.fern.Durations;
import dev.fern.FnName;
import dev.fern.InvalidDefinitionException;
import dev.fern.Link;
import dev.fern.Options;
import dev.fern.Placeholders;
import dev.fern.Settings;
import dev.fern.Target;
import dev.fern.Trigger;
import dev.fern.Vocabulary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes triggers and targets of a function's `fern/on/` and `fern/to/`, and checks what all types have in common. What
/// only one type has, its adapter checks.
final class Bindings {
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int MOST_RETRIES = 1000;

    private Bindings() {}

    static List<Trigger> triggers(FnName fn, Map<String, List<String>> written, Settings settings)
            throws InvalidDefinitionException {
        var triggers = new ArrayList<Trigger>();
        for (var entry : written.entrySet()) {
            for (var text : entry.getValue()) {
                var binding = Placeholders.define(Binding.parse(text), fn, settings, false);
                Vocabulary.checkTrigger(binding);
                var trigger = new Trigger(fn, entry.getKey(), binding);
                check(trigger);
                triggers.add(trigger);
            }
        }
        return triggers;
    }

    private static void check(Trigger trigger) throws InvalidDefinitionException {
        var options = trigger.options();
        options.number("retries", 5, 0, MOST_RETRIES);
        options.word("order", "subject", "subject");
        options.word("loop", "allow", "allow");
        if (!options.text("hold", "5s").equals("forever")) {
            duration(options, "hold", 0);
        }
        Durability.of(trigger);
        var backoff = options.text("backoff", "1s..1m").split("\\.\\.", -1);
        var from = Durations.parse(backoff[0]);
        var to = backoff.length == 2 ? Durations.parse(backoff[1]) : null;
        if (from == null || to == null || from.isZero() || from.compareTo(to) > 0 || to.compareTo(LONGEST) > 0) {
            throw new InvalidDefinitionException(
                    "backoff=" + options.text("backoff") + " makes no sense",
                    "give the first and the longest pause, such as backoff=1s..1m");
        }
    }

    /// @param triggers of the same function
    static List<Target> targets(FnName fn, Map<String, List<String>> written, List<Trigger> triggers, Settings settings)
            throws InvalidDefinitionException {
        var targets = new ArrayList<Target>();
        for (var entry : written.entrySet()) {
            for (var text : entry.getValue()) {
                var binding = Placeholders.define(Binding.parse(text), fn, settings, true);
                Vocabulary.checkTarget(binding);
                check(binding);
                checkFilled(binding, triggers);
                targets.add(new Target(fn, entry.getKey(), binding));
            }
        }
        return targets;
    }

    private static void check(Binding binding) throws InvalidDefinitionException {
        var options = binding.options();
        options.word("format", "body", "body", "cloudevent");
        options.number("retries", 5, 0, MOST_RETRIES);
        options.word("loop", "allow", "allow");
        duration(options, "expiry", 1);
        duration(options, "max-age", 1);
    }

    private static void duration(Options options, String name, int leastMs) throws InvalidDefinitionException {
        var duration = options.duration(name, Duration.ofSeconds(1));
        if (duration.toMillis() < leastMs || duration.compareTo(LONGEST) > 0) {
            throw new InvalidDefinitionException(
                    name + "=" + options.text(name) + " makes no sense",
                    "give " + name + " a duration above 0 and up to 365d");
        }
    }

    /// Each trigger the target is for must be able to fill its `{N}`. Without `from=` those are the events: a caller
    /// gets the answer itself, and targets only if the function names them. What another one has matched is not
    /// known here, so `fn` counts as a trigger that can.
    private static void checkFilled(Binding target, List<Trigger> triggers) throws InvalidDefinitionException {
        var from = Set.copyOf(target.options().list("from"));
        var unknown = new HashSet<>(from);
        triggers.forEach(trigger -> unknown.remove(trigger.name()));
        if (!unknown.isEmpty()) {
            throw new InvalidDefinitionException(
                    "from=" + String.join(",", unknown) + " in " + target + " names no trigger of this function",
                    "name a NAME of its fern/on/NAME");
        }
        int highest = Placeholders.highestMatch(target);
        for (var trigger : triggers) {
            boolean event =
                    !trigger.type().equals(Trigger.HTTP) && !trigger.type().equals(Trigger.INVOKE);
            boolean concerned = from.isEmpty() ? event : from.contains(trigger.name());
            if (concerned && !trigger.type().equals(Link.TYPE) && highest > wildcards(trigger)) {
                throw new InvalidDefinitionException(
                        "trigger " + trigger.name() + " (" + trigger.binding() + ") cannot fill {" + highest + "} in "
                                + target,
                        "add a wildcard to its filter, or name the triggers that can with from=");
            }
        }
    }

    private static int wildcards(Trigger trigger) {
        if (!trigger.type().equals("mqtt")) {
            return 0;
        }
        int found = 0;
        for (var level : trigger.address().split("/", -1)) {
            found += level.equals("+") || level.equals("#") ? 1 : 0;
        }
        return found;
    }
}
