package dev.fern.cli;

import io.helidon.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "logs", description = "Prints what functions and daemon wrote last, as TIME APP/NAME CALL TEXT.")
final class LogsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(
            names = {"-f", "--follow"},
            description = "go on with each further line, until interrupted")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "how many lines (default: 100)")
    private int lines = 100;

    @Option(names = "--json", description = "print an object a line: at, app, fn, call, text")
    private boolean json;

    LogsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    // TIME APP/NAME CALL TEXT, with - for a line that no call wrote
    private static String object(String line) {
        var parts = line.split(" ", 4);
        var fn = (parts.length > 1 ? parts[1] : "").split("/", 2);
        var object = JsonObject.builder().set("at", parts[0]).set("app", fn[0]).set("fn", fn.length > 1 ? fn[1] : "");
        if (parts.length > 2 && !parts[2].equals("-")) {
            object.set("call", parts[2]);
        } else {
            object.setNull("call");
        }
        return object.set("text", parts.length > 3 ? parts[3] : "").build().toString();
    }

    @Override
    public Integer call() throws FailedException {
        var daemon = Daemon.find(options, terminal);
        var stream = daemon.stream("/fern/logs?n=" + lines + "&follow=" + follow);
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                terminal.out().println(json ? object(line) : Table.plain(line));
                // a pipe whose reader is gone, as of `fern logs -f | head`
                if (terminal.out().checkError()) {
                    return 0;
                }
            }
        } catch (IOException e) {
            throw new FailedException("the daemon at " + daemon.url() + " is gone");
        }
        return 0;
    }
}
