package dev.fern.cli;

import dev.fern.Durations;
import dev.fern.Fleet;
import dev.fern.Health;
import dev.fern.publish.Published;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Waits until devices run what was published. What there is to wait for goes to standard error as soon as it changes,
/// and
/// at the end a line for each device to standard output.
final class Arrival {
    private static final long PACE_MS = 100;
    /// Until then devices that do not have the function yet may still say that they do.
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private static final String READY = "ready";

    private final Terminal terminal;
    private final Published published;
    private final Duration patience;
    private final long start = System.nanoTime();
    /// What is known of each: [#READY], or what it is waited for.
    private final Map<String, String> news = new TreeMap<>();

    private final Map<String, Long> readyAfterMs = new TreeMap<>();

    Arrival(Terminal terminal, Published published, Duration patience) {
        this.terminal = terminal;
        this.published = published;
        this.patience = patience;
    }

    /// Returns when all of them run it.
    ///
    /// @param devices the addresses of daemons, each of which shall have it
    /// @param fleet those of a broker: each that has the function at all, and at least one; or null
    /// @throws FailedException with the reason if that does not happen in time
    void await(List<String> devices, @Nullable Fleet fleet) throws FailedException, InterruptedException {
        var daemons = daemons(devices);
        if (fleet != null) {
            fleet.nudge();
        }
        while (true) {
            for (var daemon : daemons.entrySet()) {
                look(daemon.getKey(), daemon.getValue());
            }
            if (fleet != null) {
                look(fleet);
            }
            boolean settled = fleet == null || spent().compareTo(SETTLED) > 0;
            if (settled && !news.isEmpty() && news.values().stream().allMatch(READY::equals)) {
                report();
                return;
            }
            if (spent().compareTo(patience) > 0) {
                report();
                throw new FailedException(
                        news.isEmpty()
                                ? "no device of the broker has " + published.name() + " after "
                                        + Durations.text(patience)
                                        + "; let one follow the app (cloud.apps in its fern.yaml)"
                                : "not every device runs " + published.image() + " after " + Durations.text(patience)
                                        + "; see above what each waits for");
            }
            TimeUnit.MILLISECONDS.sleep(PACE_MS);
        }
    }

    private Map<String, Daemon> daemons(List<String> devices) throws FailedException {
        var daemons = new LinkedHashMap<String, Daemon>();
        for (var url : devices) {
            var options = new DaemonOptions();
            options.url = url;
            daemons.put(url, Daemon.find(options, terminal));
        }
        for (var daemon : daemons.values()) {
            try {
                daemon.post("/fern/sync", "");
            } catch (FailedException e) {
                // said when it is asked how it is
            }
        }
        return daemons;
    }

    private Duration spent() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private void report() {
        news.forEach((device, what) -> terminal.out()
                .println(device + ": "
                        + (what.equals(READY) ? "ready after " + readyAfterMs.get(device) + " ms" : what)));
        terminal.out().flush();
    }

    private void look(String url, Daemon daemon) {
        if (READY.equals(news.get(url))) {
            return;
        }
        try {
            var state = state(daemon.object("/fern/status"));
            tell(url, state == null ? "it does not have " + published.name() + " yet" : state);
        } catch (FailedException e) {
            tell(url, String.valueOf(e.getMessage()));
        }
    }

    private void look(Fleet fleet) throws FailedException {
        if (fleet.health() instanceof Health.Down(var problem)) {
            throw new FailedException(problem.toString());
        }
        fleet.devices().forEach((id, device) -> {
            try {
                var state = device.statusJson().isEmpty()
                        ? null
                        : state(JsonParser.create(device.statusJson()).readJsonObject());
                if (state != null) {
                    boolean gone = !device.online() && !state.equals(READY);
                    tell(id, gone ? "it is offline, and gets it when it is back" : state);
                }
            } catch (JsonException e) {
                // no device of ours
            }
        });
    }

    private void tell(String device, String what) {
        if (!what.equals(news.put(device, what))) {
            if (what.equals(READY)) {
                readyAfterMs.put(device, spent().toMillis());
            } else {
                terminal.err().println(device + ": " + what);
            }
        }
    }

    /// Null if the device does not have the function.
    private @Nullable String state(JsonObject status) {
        for (var function : status.arrayValue("functions").orElseThrow().values()) {
            if (function instanceof JsonObject fn
                    && text(fn, "app").equals(published.name().app())
                    && text(fn, "name").equals(published.name().name())) {
                boolean here = text(fn, "digest").equals(published.digest());
                if (here && text(fn, "state").equals("ready")) {
                    return READY;
                }
                var why = text(fn, "why").isEmpty() ? "" : ": " + text(fn, "why") + "; " + text(fn, "do");
                var what = here ? "it has it, " : text(fn, "digest").isEmpty() ? "" : "it has another version, ";
                return what + text(fn, "state") + why;
            }
        }
        return null;
    }

    /// Empty for null.
    private static String text(JsonObject object, String key) {
        return object.value(key).orElse(null) instanceof JsonString text ? text.value() : "";
    }
}
