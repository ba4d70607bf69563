package dev.fern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "dead",
        description = "Lists the calls that were given up, newest first; fern retry CALL runs one again.")
final class DeadCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(names = "--json", description = "print them as the daemon does, with their bodies")
    private boolean json;

    DeadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        CallTable.print(terminal, options, "/fern/dead", json, "there are no dead calls");
        return 0;
    }
}
