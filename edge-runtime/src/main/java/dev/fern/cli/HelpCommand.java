package dev.fern.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What `--help` prints, for those who ask for it as for any other command.
@Command(name = "help", description = "Explains the commands, or one of them.")
final class HelpCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "the command to explain; none: all of them")
    private @Nullable String name;

    HelpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var own = Objects.requireNonNull(spec, "set by picocli").commandLine();
        var all = own.getParent();
        var asked = name == null ? all : all.getSubcommands().get(name);
        if (asked == null) {
            throw new ParameterException(own, "there is no command " + name);
        }
        asked.usage(terminal.out());
        return 0;
    }
}
