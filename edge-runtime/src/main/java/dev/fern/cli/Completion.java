package dev.fern.cli;

import dev.fern.Problem;
import dev.fern.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;

/// What a shell completes after `fern`: a script for bash, which a package brings along.
public final class Completion {
    private Completion() {}

    /// Prints the script.
    public static void main(String[] args) {
        print(Terminal.system());
    }

    static void print(Terminal terminal) {
        terminal.out().print(AutoComplete.bash("fern", commands(terminal)));
    }

    static CommandLine commands(Terminal terminal) {
        return Cli.commands(_ -> 0, new Nothing(), terminal);
    }

    /// Nobody asks it: no command is carried out.
    private static final class Nothing implements Inspection {
        @Override
        public Map<String, Problem> function(Path file, Settings settings) {
            return Map.of();
        }

        @Override
        public List<String> images(Settings settings) {
            return List.of();
        }

        @Override
        public @Nullable String registry(String image) {
            return null;
        }

        @Override
        public @Nullable Problem registry(String image, Settings settings) {
            return null;
        }

        @Override
        public @Nullable Problem sensor(String name, Settings settings) {
            return null;
        }
    }
}
