package dev.fern.e2e.fault;

import java.util.List;
import java.util.Locale;

/// What came of a scenario.
///
/// @param sent messages that the broker took
/// @param seen different messages that came out
/// @param lost messages that never did
/// @param duplicates how often one came out again
/// @param broken why the promise is broken; empty if it was kept
/// @param note further numbers
public record Row(
        String scenario, int rounds, int sent, int seen, int lost, int duplicates, List<String> broken, String note) {
    private static final String FORM = "%-34s %6s %6s %6s %5s %6s  %s";

    public Row {
        broken = List.copyOf(broken);
    }

    /// A scenario that came to no end.
    static Row failed(String scenario, Exception why) {
        return new Row(scenario, 0, 0, 0, 0, 0, List.of(String.valueOf(why)), "");
    }

    /// Whether Fern did what is promised.
    public boolean kept() {
        return broken.isEmpty();
    }

    static String heading() {
        return FORM.formatted("scenario", "rounds", "sent", "seen", "lost", "dupl.", "verdict");
    }

    @Override
    public String toString() {
        var verdict = kept() ? "kept" : "BROKEN: " + String.join("; ", broken);
        return String.format(
                Locale.ROOT,
                FORM,
                scenario,
                rounds,
                sent,
                seen,
                lost,
                duplicates,
                note.isEmpty() ? verdict : verdict + " (" + note + ")");
    }
}
