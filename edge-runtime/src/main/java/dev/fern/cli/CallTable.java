package dev.fern.cli;

import io.helidon.json.JsonObject;

/// Prints calls: `fern calls` and `fern dead`.
final class CallTable {
    private CallTable() {}

    /// @param path of the JSON array
    /// @param none what is said if it is empty
    static void print(Terminal terminal, DaemonOptions options, String path, boolean json, String none)
            throws FailedException {
        var daemon = Daemon.find(options, terminal);
        var text = daemon.text(path);
        if (json) {
            terminal.out().println(text.stripTrailing());
            return;
        }
        var calls = daemon.asArray(text).values();
        if (calls.isEmpty()) {
            terminal.err().println(none);
            return;
        }
        var table = new Table("CALL", "FUNCTION", "TRIGGER", "STATE", "ATTEMPT", "ACCEPTED", "REASON");
        for (var value : calls) {
            JsonObject call = value.asObject();
            table.row(
                    call.stringValue("id", "?"),
                    call.stringValue("app", "?") + "/" + call.stringValue("fn", "?"),
                    StatusCommand.text(call, "trigger"),
                    StatusCommand.text(call, "state"),
                    String.valueOf(call.intValue("attempt", 0)),
                    StatusCommand.text(call, "accepted_at"),
                    StatusCommand.text(call, "reason"));
        }
        table.print(terminal.out());
    }
}
