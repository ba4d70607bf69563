package dev.fern.cli;

/// A command did not do what it was asked: its message goes to stderr, and the exit code is 1.
final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    FailedException(String message) {
        super(message, null, false, false);
    }
}
