package dev.fern.config;

import dev.fern.Problem;

/// One thing that is wrong in a file or in an environment variable.
///
/// @param source the file, or the name of the variable
/// @param line in that file, from 1; 0 if there is none to name
/// @param key its path, such as `mqtt.password-file`; empty if it is about the whole
/// @param problem why, and what to do
public record ConfigProblem(String source, int line, String key, Problem problem) {
    /// `FILE:LINE: KEY: WHY; WHAT TO DO`, as compilers write it, so that editors find the place.
    @Override
    public String toString() {
        return source + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + problem;
    }
}
