package dev.fern.sync;

import dev.fern.Problem;

/// The definitions could not be read to their end.
final class CloudException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    CloudException(String why, String whatToDo) {
        super(why + "; " + whatToDo, null, false, false);
        problem = new Problem(why, whatToDo);
    }

    Problem problem() {
        return problem;
    }
}
