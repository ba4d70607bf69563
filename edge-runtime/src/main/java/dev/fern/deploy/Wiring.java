package dev.fern.deploy;

import dev.fern.Adapter;
import dev.fern.Fn;
import dev.fern.Target;
import dev.fern.Trigger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Connects functions with the world.
final class Wiring {
    private Wiring() {}

    /// Tells each adapter which of its triggers and targets are wanted now.
    static void connect(Collection<Deployment> deployments, List<Adapter> adapters) {
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
