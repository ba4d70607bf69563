package dev.fern.config;

import dev.fern.Settings;
import java.util.List;

/// What came of reading the configuration.
public sealed interface Reading {
    /// All of it makes sense.
    record Good(Settings settings) implements Reading {}

    /// Everything that does not, in the order of the file.
    record Bad(List<ConfigProblem> problems) implements Reading {
        public Bad {
            problems = List.copyOf(problems);
        }
    }
}
