package dev.fern.cli;

import dev.fern.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// A command that a later version carries out; whatever its arguments, it says so.
@Command(description = "Comes with a later version of Fern.")
final class LaterCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final String name;
    private final String since;

    @Unmatched
    @SuppressWarnings("UnusedVariable") // whatever was written after the command
    private List<String> arguments = new ArrayList<>();

    LaterCommand(Terminal terminal, String name, String since) {
        this.terminal = terminal;
        this.name = name;
        this.since = since;
    }

    @Override
    public Integer call() {
        terminal.err()
                .println("fern: " + Vocabulary.needs(since, "fern " + name).getMessage());
        return Cli.WRONG_USAGE;
    }
}
