package dev.fern.deploy;

import dev.fern.Adapter;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Target;
import dev.fern.Trigger;
import dev.fern.dispatch.Dispatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/// Connects functions with the world. One thread.
final class Wiring {
    private final Collection<Deployment> deployments;
    private final List<Adapter> adapters;

    /// @param deployments a view of them
    Wiring(Collection<Deployment> deployments, List<Adapter> adapters) {
        this.deployments = deployments;
        this.adapters = adapters;
    }

    /// Checks a function against all that listens but itself. Any thread.
    void check(Fn candidate) throws InvalidDefinitionException {
        var accepted = deployments.stream()
                .filter(other -> !other.name.equals(candidate.name()))
                .map(Deployment::listening)
                .filter(Objects::nonNull)
                .toList();
        Dispatcher.check(candidate);
        for (var adapter : adapters) {
            adapter.check(candidate, accepted);
        }
    }

    /// Tells each adapter which of its triggers and targets are wanted now.
    void connect() {
        var triggers = new ArrayList<Trigger>();
        var targets = new ArrayList<Target>();
        for (var deployment : deployments) {
            if (deployment.listening() instanceof Fn fn) {
                triggers.addAll(fn.triggers());
                targets.addAll(fn.targets());
            }
        }
        for (var adapter : adapters) {
            adapter.bind(
                    triggers.stream()
                            .filter(one -> adapter.types().contains(one.type()))
                            .toList(),
                    targets.stream()
                            .filter(one -> adapter.types().contains(one.type()))
                            .toList());
        }
    }
}
