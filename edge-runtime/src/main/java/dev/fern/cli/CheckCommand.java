package dev.fern.cli;

import dev.fern.config.ConfigProblem;
import dev.fern.config.ConfigReader;
import dev.fern.config.FunctionFile;
import dev.fern.config.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "check", description = "Says what is wrong with a func.yaml or a fern.yaml, without running it.")
final class CheckCommand implements Callable<Integer> {
    private static final List<String> FUNCTION_FILES = List.of("func.yaml", "func.yml", "func.json");

    private final Terminal terminal;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATH",
            description = "a file, or the folder of a function (default: func.yaml here, else /etc/fern/fern.yaml)")
    private @Nullable Path path;

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws FailedException {
        var file = file();
        boolean function = FUNCTION_FILES.contains(String.valueOf(file.getFileName()));
        var problems = function ? FunctionFile.check(file) : configuration(file);
        problems.forEach(terminal.out()::println);
        if (problems.isEmpty()) {
            terminal.err().println(file + ": nothing is wrong");
            return 0;
        }
        return function ? Cli.FAILED : Cli.BAD_CONFIGURATION;
    }

    private List<ConfigProblem> configuration(Path file) {
        return switch (new ConfigReader(terminal.environment()).read(file, null)) {
            case Reading.Good _ -> List.of();
            case Reading.Bad bad -> bad.problems();
        };
    }

    private Path file() throws FailedException {
        var start = path == null ? Path.of("") : path;
        if (path != null && !Files.isDirectory(path)) {
            return path;
        }
        for (var name : FUNCTION_FILES) {
            if (Files.exists(start.resolve(name))) {
                return start.resolve(name);
            }
        }
        if (path == null) {
            return ConfigReader.STANDARD_FILE;
        }
        throw new FailedException("there is no func.yaml in " + path);
    }
}
