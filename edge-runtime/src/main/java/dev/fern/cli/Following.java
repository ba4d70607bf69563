package dev.fern.cli;

import dev.fern.Durations;
import dev.fern.Fleet;
import dev.fern.Health;
import io.helidon.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Follows functions over all devices until each runs what it should. What changes is a line on standard output.
final class Following {
    private static final long PACE_MS = 100;
    /// Until then devices that have not looked at the cloud yet may still tell of before.
    static final Duration SETTLED = Duration.ofSeconds(2);
    /// Of those that are late.
    private static final int MOST_NAMED = 5;

    private final Terminal terminal;
    private final Fleet fleet;
    private final FleetView.Choice choice;
    private final boolean json;
    private final Duration settled;
    private final Duration patience;
    private final long start = System.nanoTime();
    private final Map<String, Fleet.Device> seen = new HashMap<>();
    /// By device.
    private final Map<String, Told> told = new TreeMap<>();
    /// The last line of each function on each device.
    private final Map<String, String> lines = new HashMap<>();

    /// @param settled how long nobody is believed to be done or to have failed
    Following(
            Terminal terminal,
            Fleet fleet,
            FleetView.Choice choice,
            boolean json,
            Duration settled,
            Duration patience) {
        this.terminal = terminal;
        this.fleet = fleet;
        this.choice = choice;
        this.json = json;
        this.settled = settled;
        this.patience = patience;
    }

    /// Returns when every device runs what it should, and at least one has such a function.
    ///
    /// @throws FailedException if one says that it does not, if that takes too long, or if the broker is lost
    void await() throws FailedException, InterruptedException {
        fleet.nudge();
        while (true) {
            if (fleet.health() instanceof Health.Down(var problem)) {
                throw new FailedException(problem.toString());
            }
            look();
            if (terminal.out().checkError()) {
                return; // a pipe whose reader is gone
            }
            var late = new ArrayList<String>();
            int all = count(late);
            if (spent().compareTo(settled) > 0) {
                if (all > 0 && late.isEmpty()) {
                    terminal.err().println("all run what is wanted: " + all + " on " + devices() + " devices");
                    return;
                }
                failed();
            }
            if (spent().compareTo(patience) > 0) {
                throw new FailedException(tooLate(all, late));
            }
            TimeUnit.MILLISECONDS.sleep(PACE_MS);
        }
    }

    private Duration spent() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// Reads what is new.
    private void look() {
        var now = fleet.devices();
        for (var gone : new HashSet<>(seen.keySet())) {
            if (!now.containsKey(gone)) {
                seen.remove(gone);
                told.remove(gone);
            }
        }
        new TreeMap<>(now).forEach((id, device) -> {
            if (!device.equals(seen.put(id, device))) {
                var news = Told.of(id, device);
                told.put(id, news);
                choice.of(news).forEach(fn -> tell(news, fn));
            }
        });
    }

    private void tell(Told device, Told.Running fn) {
        var line = device.device() + " " + fn.fullName() + ": " + (device.online() ? "" : "offline, ") + fn.state()
                + (fn.running().equals(Told.Image.NONE)
                        ? ", nothing runs"
                        : ", runs " + fn.running().brief())
                + (fn.runsWhatIsWanted() ? "" : ", wanted " + fn.wanted().brief())
                + (fn.reason().isEmpty() ? "" : ": " + fn.reason());
        if (line.equals(lines.put(device.device() + " " + fn.fullName(), line))) {
            return;
        }
        terminal.out()
                .println(
                        json
                                ? JsonObject.builder()
                                        .set("device", device.device())
                                        .set("online", device.online())
                                        .set("function", fn.json())
                                        .build()
                                        .toString()
                                : Table.plain(line));
    }

    /// How many functions there are on all devices.
    ///
    /// @param late gets those that are not done
    private int count(List<String> late) {
        int all = 0;
        for (var device : told.values()) {
            for (var fn : choice.of(device)) {
                all++;
                if (!fn.isDone()) {
                    late.add(device.device() + " " + fn.fullName() + (device.online() ? "" : " (offline)"));
                }
            }
        }
        return all;
    }

    private long devices() {
        return told.values().stream().filter(one -> !choice.of(one).isEmpty()).count();
    }

    private void failed() throws FailedException {
        for (var device : told.values()) {
            for (var fn : choice.of(device)) {
                if (fn.hasFailed()) {
                    throw new FailedException(Table.plain(device.device() + " does not run " + fn.fullName() + " "
                            + fn.wanted().brief() + ": " + (fn.reason().isEmpty() ? fn.state() : fn.reason())));
                }
            }
        }
    }

    private String tooLate(int all, List<String> late) {
        var after = " after " + Durations.text(patience);
        if (all == 0) {
            return "no device of the broker has " + choice + after
                    + "; let one follow the app (cloud.apps in its fern.yaml)";
        }
        var named = String.join(", ", late.subList(0, Math.min(MOST_NAMED, late.size())));
        return Table.plain(late.size() + " of " + all + " do not run what is wanted" + after + ": " + named
                + (late.size() > MOST_NAMED ? " and others" : "")
                + "; look at them with fern fleet, or wait longer (--timeout)");
    }
}
