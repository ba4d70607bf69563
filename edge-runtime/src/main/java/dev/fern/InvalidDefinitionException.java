package dev.fern;

/// A function's definition makes no sense, or asks for what this version cannot do.
public final class InvalidDefinitionException extends Exception {
    private final transient Problem problem;

    public InvalidDefinitionException(String why, String whatToDo) {
        super(why + "; " + whatToDo);
        problem = new Problem(why, whatToDo);
    }

    public Problem problem() {
        return problem;
    }
}
