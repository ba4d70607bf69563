package dev.fern.cli;

import dev.fern.Vocabulary;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command `fern`. Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration (EX_CONFIG of sysexits.h).
public final class Cli {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int BAD_CONFIGURATION = 78;

    private Cli() {}

    /// Carries out one command.
    ///
    /// @param args as the process got them
    /// @param launch what `fern run` starts
    /// @param inspection what `fern check` and `fern doctor` ask
    /// @return the exit code
    public static int run(String[] args, Launch launch, Inspection inspection) {
        return run(args, launch, inspection, Terminal.system());
    }

    static int run(String[] args, Launch launch, Inspection inspection, Terminal terminal) {
        int code = commands(launch, inspection, terminal).execute(args);
        terminal.out().flush();
        return code;
    }

    static CommandLine commands(Launch launch, Inspection inspection, Terminal terminal) {
        return new CommandLine(new Fern())
                .addSubcommand(new RunCommand(terminal, launch))
                .addSubcommand(new DevCommand(terminal, launch))
                .addSubcommand(new StatusCommand(terminal))
                .addSubcommand(new ListCommand(terminal))
                .addSubcommand(new LogsCommand(terminal))
                .addSubcommand(new CallsCommand(terminal))
                .addSubcommand(new DeadCommand(terminal))
                .addSubcommand(new InvokeCommand(terminal))
                .addSubcommand(new RetryCommand(terminal))
                // a body may start with a minus: fern emit mqtt outside/temperature -5
                .addSubcommand(new CommandLine(new EmitCommand(terminal)).setUnmatchedOptionsArePositionalParams(true))
                .addSubcommand(new CheckCommand(terminal, inspection))
                .addSubcommand(new DoctorCommand(terminal, inspection))
                .addSubcommand(new DeployCommand(terminal, inspection))
                .addSubcommand(new PromoteCommand(terminal))
                .addSubcommand(new FleetCommand(terminal))
                .addSubcommand(new HelpCommand(terminal))
                .setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()))
                .setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setExecutionExceptionHandler((failure, _, _) -> failed(failure, terminal));
    }

    private static int failed(Exception failure, Terminal terminal) {
        if (failure instanceof FailedException) {
            terminal.err().println("fern: " + failure.getMessage());
        } else {
            terminal.err().println("fern: this is a mistake in Fern itself, please report it with what follows");
            failure.printStackTrace(terminal.err());
        }
        return FAILED;
    }

    @Command(
            name = "fern",
            description = "Runs Fn functions on this device.",
            version = "fern " + Vocabulary.VERSION,
            synopsisSubcommandLabel = "COMMAND")
    private static final class Fern implements Runnable {
        @Spec
        private @Nullable CommandSpec spec;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                scope = ScopeType.INHERIT,
                description = "explain the command")
        @SuppressWarnings("UnusedVariable") // picocli looks at it
        private boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "print the version")
        @SuppressWarnings("UnusedVariable") // picocli looks at it
        private boolean version;

        @Override
        public void run() {
            throw new ParameterException(
                    Objects.requireNonNull(spec, "set by picocli").commandLine(), "a command is missing");
        }
    }
}
