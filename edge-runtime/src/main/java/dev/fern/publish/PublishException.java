package dev.fern.publish;

import dev.fern.Problem;

/// A function could not be published: why, and what the person who asked for it does about it. Holds no secret.
public final class PublishException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    PublishException(String why, String whatToDo) {
        this(new Problem(why, whatToDo));
    }

    PublishException(Problem problem) {
        super(problem.toString(), null, false, false);
        this.problem = problem;
    }

    /// Both halves of it.
    public Problem problem() {
        return problem;
    }

    /// Words of somebody else, fit for one line.
    static String line(String text) {
        var flat = text.replaceAll("\\s+", " ").strip();
        return flat.length() <= 300 ? flat : flat.substring(0, 300) + "…";
    }
}
