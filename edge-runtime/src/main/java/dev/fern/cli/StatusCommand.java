package dev.fern.cli;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonValue;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Says what runs, what does not, and why.")
final class StatusCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(names = "--json", description = "print it as the daemon says it (contract: GET /fern/status)")
    private boolean json;

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        var daemon = Daemon.find(options, terminal);
        var text = daemon.text("/fern/status");
        if (json) {
            terminal.out().println(text.stripTrailing());
            return 0;
        }
        print(daemon.asObject(text));
        return 0;
    }

    private void print(JsonObject status) {
        var out = terminal.out();
        out.println(Table.plain(status.stringValue("device", "?")
                + "  Fern " + status.stringValue("version", "?")
                + (status.booleanValue("ready", false) ? "  ready" : "  not ready yet")));
        var health = status.objectValue("health", JsonObject.empty());
        for (var name : health.keysAsStrings()) {
            var part = health.objectValue(name, JsonObject.empty());
            out.println(
                    "  " + Table.plain(name + (part.booleanValue("up", false) ? ": up" : ": down: " + problem(part))));
        }
        var functions = functions(status);
        if (!functions.isEmpty()) {
            var table = new Table("FUNCTION", "STATE", "RUNTIME", "OK", "FAILED", "DEAD", "RUNNING", "WHY");
            for (var function : functions) {
                var calls = function.objectValue("calls", JsonObject.empty());
                table.row(
                        name(function),
                        function.stringValue("state", "?"),
                        text(function, "runtime"),
                        count(calls, "ok"),
                        count(calls, "failed"),
                        count(calls, "dead"),
                        count(calls, "running"),
                        problem(function).isEmpty() ? failure(calls) : problem(function));
            }
            out.println();
            table.print(out);
        }
        var queue = status.objectValue("queue", JsonObject.empty());
        out.println();
        out.println("waiting: " + count(queue, "calls") + " calls, " + count(queue, "bytes") + " bytes on disk; dead: "
                + count(queue, "dead") + " calls");
    }

    static List<JsonObject> functions(JsonObject status) {
        return status.arrayValue("functions")
                .map(functions ->
                        functions.values().stream().map(JsonValue::asObject).toList())
                .orElse(List.of());
    }

    static String name(JsonObject function) {
        return function.stringValue("app", "?") + "/" + function.stringValue("name", "?");
    }

    /// The text of that name; nothing for null.
    static String text(JsonObject object, String name) {
        return object.value(name)
                .filter(value -> value.type() == io.helidon.json.JsonValueType.STRING)
                .map(value -> value.asString().value())
                .orElse("");
    }

    static String problem(JsonObject part) {
        var why = text(part, "why");
        var todo = text(part, "do");
        return why.isEmpty() || todo.isEmpty() ? why + todo : why + "; " + todo;
    }

    private static String failure(JsonObject calls) {
        var why = text(calls, "failure");
        return why.isEmpty() ? "" : "the last call failed: " + why;
    }

    private static String count(JsonObject object, String name) {
        return String.valueOf(object.longValue(name, 0));
    }
}
