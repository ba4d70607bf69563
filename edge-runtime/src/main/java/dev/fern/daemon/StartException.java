package dev.fern.daemon;

import dev.fern.Problem;

/// The daemon cannot start, and why.
public final class StartException extends Exception {
    private final int exitCode;

    StartException(String why, String whatToDo, int exitCode) {
        super(new Problem(why, whatToDo).toString());
        this.exitCode = exitCode;
    }

    /// 78 if the configuration has to be changed, else 1.
    public int exitCode() {
        return exitCode;
    }
}
