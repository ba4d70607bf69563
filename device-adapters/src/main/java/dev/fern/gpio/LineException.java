package dev.fern.gpio;

import dev.fern.Problem;
import java.io.IOException;

/// A line cannot be had, and somebody can do something about it.
final class LineException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    LineException(String why, String whatToDo) {
        super(why);
        problem = new Problem(why, whatToDo);
    }

    Problem problem() {
        return problem;
    }
}
