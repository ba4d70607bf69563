package dev.fern.sync;

import dev.fern.Definition;
import dev.fern.FnName;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What this device shall run, from one reading to the next. A function that a reading misses goes only when the next
/// reading misses it too: a list can be half a list without saying so.
final class Wanted {
    private final Map<FnName, Definition> current = new TreeMap<>();
    private final Set<FnName> missedOnce = new HashSet<>();

    void remember(Collection<Definition> running) {
        running.forEach(definition -> current.put(definition.name(), definition));
    }

    boolean isEmpty() {
        return current.isEmpty();
    }

    /// Takes a complete reading in, and gives what is wanted now, by name.
    List<Definition> after(Reading reading) {
        var missing = new HashSet<>(current.keySet());
        missing.removeAll(reading.present());
        // what is present but not wanted goes at once: that is a change of its definition, not an absence
        current.keySet().removeIf(name -> !missing.contains(name) || missedOnce.contains(name));
        current.putAll(reading.wanted());
        missing.retainAll(current.keySet());
        missedOnce.clear();
        missedOnce.addAll(missing);
        return List.copyOf(current.values());
    }
}
