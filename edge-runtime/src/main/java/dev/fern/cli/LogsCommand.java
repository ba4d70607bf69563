package dev.fern.cli;

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

    LogsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        var daemon = Daemon.find(options, terminal);
        var stream = daemon.stream("/fern/logs?n=" + lines + "&follow=" + follow);
        try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                terminal.out().println(Table.plain(line));
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
