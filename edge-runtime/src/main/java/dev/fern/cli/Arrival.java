package dev.fern.cli;

import dev.fern.publish.Published;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonString;
import io.helidon.json.JsonValue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Waits until devices run what was published. A line each: what runs there on standard output, and what there is to wait
/// for, as soon as it changes, on standard error.
final class Arrival {
    private static final long PACE_MS = 200;

    private final Terminal terminal;
    private final Published published;
    private final long end;
    private final long start = System.nanoTime();
    private final Map<String, String> said = new LinkedHashMap<>();

    Arrival(Terminal terminal, Published published, Duration patience) {
        this.terminal = terminal;
        this.published = published;
        end = start + patience.toNanos();
    }

    /// @param devices the addresses of daemons
    /// @return whether all of them run it now
    boolean await(List<String> devices) throws FailedException, InterruptedException {
        var waiting = new LinkedHashMap<String, Daemon>();
        for (var url : devices) {
            var options = new DaemonOptions();
            options.url = url;
            waiting.put(url, Daemon.find(options, terminal));
        }
        for (var daemon : waiting.values()) {
            try {
                daemon.post("/fern/sync", "");
            } catch (FailedException e) {
                // said when it is asked how it is
            }
        }
        while (true) {
            waiting.entrySet().removeIf(device -> arrived(device.getKey(), device.getValue()));
            if (waiting.isEmpty()) {
                return true;
            }
            if (System.nanoTime() - end > 0) {
                waiting.keySet().forEach(device -> terminal.out().println(device + ": " + said.get(device)));
                throw new FailedException("not every device runs " + published.image() + " in time; see above, and "
                        + "fern status --url URL");
            }
            TimeUnit.MILLISECONDS.sleep(PACE_MS);
        }
    }

    private boolean arrived(String url, Daemon daemon) {
        String news;
        try {
            var status = daemon.object("/fern/status");
            news = news(status);
            if (news.isEmpty()) {
                terminal.out().println(url + ": " + status.stringValue("device", "it") + " runs "
                        + published.image() + ", ready after "
                        + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
                return true;
            }
        } catch (FailedException e) {
            news = String.valueOf(e.getMessage());
        }
        if (!news.equals(said.put(url, news))) {
            terminal.err().println(url + ": " + news);
        }
        return false;
    }

    /// What the device is still waited for; empty if it runs the very image, and is ready.
    private String news(JsonObject status) {
        for (var function : status.arrayValue("functions").orElseThrow().values()) {
            if (function instanceof JsonObject fn
                    && text(fn, "app").equals(published.name().app())
                    && text(fn, "name").equals(published.name().name())) {
                boolean here = text(fn, "digest").equals(published.digest());
                if (here && text(fn, "state").equals("ready")) {
                    return "";
                }
                var why = text(fn, "why").isEmpty() ? "" : ": " + text(fn, "why") + "; " + text(fn, "do");
                return (here ? "has it, and is " : "has another version, ") + text(fn, "state") + why;
            }
        }
        return "does not have " + published.name() + " yet";
    }

    /// Empty for null.
    private static String text(JsonObject object, String key) {
        return object.value(key)
                .filter(JsonString.class::isInstance)
                .map(JsonValue::asString)
                .map(JsonString::value)
                .orElse("");
    }
}
