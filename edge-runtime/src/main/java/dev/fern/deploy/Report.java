package dev.fern.deploy;

import dev.fern.Adapter;
import dev.fern.Fn;
import dev.fern.FnName;
import dev.fern.Health;
import dev.fern.Problem;
import dev.fern.Status;
import dev.fern.Trigger;
import dev.fern.dispatch.Dispatcher;
import dev.fern.invoke.Invoker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says of a function what it is doing, and why it is not doing what it should. Any thread.
final class Report {
    private final Invoker invoker;
    private final Dispatcher dispatcher;
    private final List<Adapter> adapters;

    Report(Invoker invoker, Dispatcher dispatcher, List<Adapter> adapters) {
        this.invoker = invoker;
        this.dispatcher = dispatcher;
        this.adapters = adapters;
    }

    Status.Function of(Deployment deployment) {
        var version = deployment.version;
        var problem = deployment.problem;
        Status.State state;
        if (invoker.quarantine(deployment.name) instanceof String why) {
            state = Status.State.QUARANTINED;
            problem = new Problem(
                    why, "mend and deploy it, set fern/isolation to process, or run: fern retry " + deployment.name);
        } else if (version != null) {
            var deaf = deaf(version.fn());
            state = deaf == null ? Status.State.READY : Status.State.LOADING;
            problem = problem == null ? deaf : problem;
            problem = problem == null ? away(deployment.name) : problem;
        } else if (problem == null) {
            state = Status.State.LOADING;
        } else {
            state = deployment.invalid ? Status.State.INVALID : Status.State.FAILED;
        }
        return new Status.Function(
                deployment.name,
                deployment.wanted.id(),
                version == null ? deployment.image() : version.fn().image(),
                version == null ? null : version.bundle().digest(),
                deployment.versions(),
                version == null ? null : version.runtime(),
                state,
                problem,
                version == null ? List.of() : triggers(version.fn()),
                version == null ? List.of() : targets(version.fn()),
                dispatcher.counts(deployment.name));
    }

    private @Nullable Problem away(FnName fn) {
        return dispatcher.away(fn) instanceof String why
                ? new Problem(
                        why,
                        "check that address, and the network or the function behind it; they are sent when it is there again")
                : null;
    }

    private static List<String> triggers(Fn fn) {
        return fn.triggers().stream()
                .filter(trigger -> !trigger.type().equals(Trigger.INVOKE))
                .map(trigger -> trigger.binding().toString())
                .toList();
    }

    private static List<String> targets(Fn fn) {
        return fn.targets().stream().map(target -> target.binding().toString()).toList();
    }

    /// Why the first trigger that does not listen does not, or null if all do.
    private @Nullable Problem deaf(Fn fn) {
        for (var trigger : fn.triggers()) {
            for (var adapter : adapters) {
                if (adapter.types().contains(trigger.type())
                        && adapter.health(trigger) instanceof Health.Down(Problem problem)) {
                    return problem;
                }
            }
        }
        return null;
    }
}
