package dev.fern.http;

import dev.fern.Problem;

/// The configuration under `http:` cannot be carried out, so the daemon must not start (exit code 78).
public final class CannotListenException extends RuntimeException {
    private final transient Problem problem;

    CannotListenException(String why, String whatToDo) {
        super(why + "; " + whatToDo);
        problem = new Problem(why, whatToDo);
    }

    public Problem problem() {
        return problem;
    }
}
