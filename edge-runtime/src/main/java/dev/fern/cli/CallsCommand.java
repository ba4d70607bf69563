package dev.fern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "calls", description = "Lists the calls that are owed, oldest first.")
final class CallsCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Option(names = "--json", description = "print them as the daemon does, with their bodies")
    private boolean json;

    CallsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        CallTable.print(terminal, options, "/fern/calls", json, "no calls are waiting");
        return 0;
    }
}
