package dev.fern.cli;

/// One line of `fern doctor`.
///
/// @param about what was looked at
/// @param text what was found; for a problem also what to do
record Finding(boolean isOk, String about, String text) {
    static Finding ok(String about, String text) {
        return new Finding(true, about, text);
    }

    static Finding problem(String about, String why, String whatToDo) {
        return new Finding(false, about, why + "; " + whatToDo);
    }

    @Override
    public String toString() {
        return Table.plain((isOk ? "ok       " : "problem  ") + about + ": " + text);
    }
}
