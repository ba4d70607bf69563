package dev.fern.e2e.fault;

import java.util.ArrayList;
import java.util.List;

/// Gathers what breaks the promise of a scenario, and makes its row.
final class Verdict {
    private final Scenario scenario;
    private final List<String> broken = new ArrayList<>();

    Verdict(Scenario scenario) {
        this.scenario = scenario;
    }

    /// Breaks the promise if that does not hold.
    void hold(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(otherwise);
        }
    }

    /// When all is over: nothing may be lost, and each duplicate must be explained.
    Row row(int rounds, Tally tally, Cuts cuts) {
        var lost = tally.lost();
        var explained = cuts.explain(tally.repeated());
        hold(lost.isEmpty(), "lost " + lost);
        hold(
                explained.unexplained().isEmpty(),
                "came twice though nothing was cut off between: " + explained.unexplained());
        hold(
                explained.most() <= Ground.UNDER_WAY,
                explained.most() + " came again that were not on disk, more than were under way");
        var note = tally.duplicates() == 0
                ? ""
                : explained.onDisk() + " again from disk, " + explained.delivered() + " from the broker, at most "
                        + explained.most() + " at once";
        return new Row(
                scenario.name(), rounds, tally.sent(), tally.seen(), lost.size(), tally.duplicates(), broken, note);
    }
}
