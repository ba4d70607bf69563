package dev.fern.cli;

import dev.fern.Settings;
import dev.fern.config.AnyDevice;
import dev.fern.config.ConfigProblem;
import dev.fern.config.ConfigReader;
import dev.fern.config.FunctionFile;
import dev.fern.config.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "check", description = "Says what is wrong with a func.yaml or a fern.yaml, without running it.")
final class CheckCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Inspection inspection;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATH",
            description = "a file, or the folder of a function (default: func.yaml here, else /etc/fern/fern.yaml)")
    private @Nullable Path path;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the device that a function is for (default: fern.yaml beside it or one folder up, else any)")
    private @Nullable Path config;

    CheckCommand(Terminal terminal, Inspection inspection) {
        this.terminal = terminal;
        this.inspection = inspection;
    }

    @Override
    public Integer call() throws FailedException {
        var file = file();
        if (DeviceFile.FUNCTIONS.contains(String.valueOf(file.getFileName()))) {
            return function(file);
        }
        var problems = configuration(file);
        return said(file, problems, "") ? Cli.BAD_CONFIGURATION : 0;
    }

    private int function(Path file) {
        var device = config == null ? DeviceFile.near(file) : config;
        return switch (device == null ? null : read(device)) {
            case null -> function(file, AnyDevice.with(text(file)), "");
            case Reading.Good good -> function(file, good.settings(), " for the device of " + device);
            case Reading.Bad bad -> {
                bad.problems().forEach(terminal.out()::println);
                yield Cli.BAD_CONFIGURATION;
            }
        };
    }

    private int function(Path file, Settings settings, String where) {
        var problems = FunctionFile.check(file, () -> inspection.function(file, settings));
        return said(file, problems, where) ? Cli.FAILED : 0;
    }

    private boolean said(Path file, List<ConfigProblem> problems, String where) {
        problems.forEach(terminal.out()::println);
        if (problems.isEmpty()) {
            terminal.err().println(file + ": nothing is wrong" + where);
        }
        return !problems.isEmpty();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // said already
        }
    }

    private Reading read(Path file) {
        return new ConfigReader(terminal.environment()).read(file, null);
    }

    private List<ConfigProblem> configuration(Path file) {
        return switch (read(file)) {
            case Reading.Good _ -> List.of();
            case Reading.Bad bad -> bad.problems();
        };
    }

    private Path file() throws FailedException {
        if (path != null && !Files.isDirectory(path)) {
            return path;
        }
        var start = path == null ? Path.of("") : path;
        if (DeviceFile.function(start) instanceof Path file) {
            return file;
        }
        if (path == null) {
            return ConfigReader.STANDARD_FILE;
        }
        throw new FailedException("there is no func.yaml in " + path);
    }
}
