package dev.fern.sensor;

import dev.fern.Problem;

/// A sensor was not read. It is tried again, so this has no stack trace.
final class SensorException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    SensorException(String why, String whatToDo) {
        super(why, null, false, false);
        problem = new Problem(why, whatToDo);
    }

    Problem problem() {
        return problem;
    }
}
