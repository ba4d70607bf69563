package dev.fern.mqtt;

import dev.fern.Control;
import dev.fern.FnName;
import dev.fern.Trigger;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The functions that can be called by message, whatever the broker. Any thread.
final class Callees {
    private final Control control;
    private volatile Map<FnName, Trigger> triggers = Map.of();

    Callees(Control control) {
        this.control = control;
    }

    /// From now on exactly these.
    void bind(Collection<Trigger> invocations) {
        var all = new HashMap<FnName, Trigger>();
        invocations.forEach(trigger -> all.put(trigger.fn(), trigger));
        triggers = Map.copyOf(all);
    }

    /// What calls the function. One that is defined but cannot run says why.
    ///
    /// @param called `APP/FN`, or what stands in its place
    Trigger find(String called) throws RefusedCallException {
        int slash = called.indexOf('/');
        if (slash <= 0 || slash == called.length() - 1 || called.indexOf('/', slash + 1) >= 0) {
            throw new RefusedCallException(404, "'" + called + "' is not APP/FN");
        }
        var name = FnName.parse(called);
        var trigger = triggers.get(name);
        if (trigger != null) {
            return trigger;
        }
        throw control.status().functions().stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .map(function -> new RefusedCallException(503, function.absence()))
                .orElseGet(() -> new RefusedCallException(404, "Fn not found"));
    }
}
