package dev.fern;

/// Whether a part of the daemon does its work.
public sealed interface Health {
    /// It does.
    Health UP = new Up();

    static Health down(String why, String whatToDo) {
        return new Down(new Problem(why, whatToDo));
    }

    record Up() implements Health {}

    record Down(Problem problem) implements Health {}
}
