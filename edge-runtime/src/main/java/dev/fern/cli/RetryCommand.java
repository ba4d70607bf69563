package dev.fern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "retry", description = "Runs a dead call again, or lets a quarantined function run again.")
final class RetryCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DaemonOptions options = new DaemonOptions();

    @Parameters(paramLabel = "CALL|APP/FN", description = "a call's id as fern dead shows it, or a function's name")
    private String what = "";

    RetryCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        var path = what.contains("/") ? "/fern/retry?fn=" + Daemon.encode(what) : "/fern/retry/" + Daemon.encode(what);
        Daemon.find(options, terminal).post(path, "");
        return 0;
    }
}
