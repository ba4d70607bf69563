package dev.fern.cli;

import io.helidon.json.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "list", description = "Lists the functions, what starts each and where its answers go.")
final class ListCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(names = "--json", description = "print the status as the daemon says it")
    private boolean json;

    ListCommand(Terminal terminal) {
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
        var functions = StatusCommand.functions(daemon.asObject(text));
        if (functions.isEmpty()) {
            terminal.err().println("there are no functions on this device");
            return 0;
        }
        var table = new Table("FUNCTION", "IMAGE", "STARTED BY", "ANSWERS TO");
        for (var function : functions) {
            var triggers = texts(function, "triggers");
            var targets = texts(function, "targets");
            for (int i = 0; i < Math.max(1, Math.max(triggers.size(), targets.size())); i++) {
                table.row(
                        i > 0 ? "" : StatusCommand.name(function),
                        i > 0 ? "" : StatusCommand.text(function, "image"),
                        i < triggers.size() ? triggers.get(i) : "",
                        i < targets.size() ? targets.get(i) : "");
            }
        }
        table.print(terminal.out());
        return 0;
    }

    private static List<String> texts(JsonObject function, String name) {
        return function.arrayValue(name)
                .map(texts -> texts.values().stream()
                        .map(text -> text.asString().value())
                        .toList())
                .orElse(List.of());
    }
}
