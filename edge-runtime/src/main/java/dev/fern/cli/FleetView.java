package dev.fern.cli;

import dev.fern.Fleet;
import dev.fern.Health;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The devices of a broker on a terminal, or as JSON.
final class FleetView {
    private static final long LOOK_MS = 50;
    /// Nothing new for so long: then all that was retained has come.
    private static final int QUIET_LOOKS = 20;
    /// And not longer than this.
    private static final int MOST_LOOKS = 600;

    /// As many devices as mosquitto tells of, as it comes.
    private static final int MANY = 1000;

    /// Which functions are meant; null for all.
    record Choice(@Nullable String app, @Nullable String function) {
        List<Told.Running> of(Told told) {
            return told.functions().stream()
                    .filter(fn -> app == null || app.equals(fn.app()))
                    .filter(fn -> function == null || function.equals(fn.name()))
                    .toList();
        }

        /// A device without functions is shown unless some are asked for.
        boolean hides(Told told) {
            return (app != null || function != null) && of(told).isEmpty();
        }

        @Override
        public String toString() {
            return app == null && function == null
                    ? "functions"
                    : (app == null ? "*" : app) + "/" + (function == null ? "*" : function);
        }
    }

    private final Terminal terminal;
    private final Fleet fleet;
    private final String where;
    private final Choice choice;
    private final boolean json;

    /// @param where the broker, for words
    FleetView(Terminal terminal, Fleet fleet, String where, Choice choice, boolean json) {
        this.terminal = terminal;
        this.fleet = fleet;
        this.where = where;
        this.choice = choice;
        this.json = json;
    }

    /// Waits until all has come that devices had told before. Nobody says when that is, so until nothing comes for a
    /// second.
    void awaitQuiet() throws InterruptedException {
        long before = 0;
        for (int looks = 0, quiet = 0; looks < MOST_LOOKS && quiet < QUIET_LOOKS; looks++) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            long heard = fleet.heard();
            quiet = heard == before ? quiet + 1 : 0;
            before = heard;
        }
    }

    /// @throws FailedException if the broker is gone meanwhile
    void print() throws FailedException {
        if (fleet.health() instanceof Health.Down(var problem)) {
            throw new FailedException(problem.toString());
        }
        var devices = new TreeMap<>(fleet.devices());
        var table = new Table(
                "DEVICE", "ONLINE", "FERN", "FUNCTION", "STATE", "RUNNING", "WANTED", "PREVIOUS", "SINCE", "WHY");
        var out = terminal.out();
        int shown = 0;
        for (var device : devices.entrySet()) {
            var told = Told.of(device.getKey(), device.getValue());
            if (choice.hides(told)) {
                continue;
            }
            if (json) {
                out.print((shown == 0 ? "[\n" : ",\n") + told.json(choice.of(told)));
            } else {
                add(told, table);
            }
            shown++;
        }
        if (json) {
            out.println(shown == 0 ? "[]" : "\n]");
        } else if (shown > 0) {
            table.print(out);
        }
        out.flush();
        if (shown == 0) {
            terminal.err()
                    .println(
                            devices.isEmpty()
                                    ? "no device has told anything at " + where
                                            + "; check the broker and the prefix, and that the user may read there"
                                    : "no device at " + where + " has " + choice + "; " + devices.size()
                                            + " have told of others");
        }
        if (devices.size() >= MANY) {
            terminal.err()
                    .println("there may be more than these " + devices.size() + " devices: mosquitto keeps back what"
                            + " goes beyond its max_queued_messages, which is 1000 unless mosquitto.conf says more");
        }
        if (fleet.left() > 0) {
            terminal.err().println("there is more than can be shown: " + fleet.left() + " messages were not kept");
        }
    }

    private void add(Told told, Table table) {
        var functions = choice.of(told);
        var online = told.online() ? "yes" : "no";
        if (functions.isEmpty()) {
            table.row(
                    told.device(),
                    online,
                    told.version(),
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    told.problem() == null ? "" : told.problem());
        }
        for (var fn : functions) {
            table.row(
                    told.device(),
                    online,
                    told.version(),
                    fn.fullName(),
                    fn.state(),
                    fn.running().brief(),
                    fn.wanted().brief(),
                    fn.previous().brief(),
                    fn.since(),
                    fn.reason());
        }
    }
}
