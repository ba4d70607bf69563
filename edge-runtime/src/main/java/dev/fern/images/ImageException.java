package dev.fern.images;

import dev.fern.Problem;

/// An image could not be had. The reason is written for the operator.
public final class ImageException extends Exception {
    private final transient Problem problem;
    private final boolean lasting;

    private ImageException(Problem problem, boolean lasting) {
        super(problem.toString(), null, false, false);
        this.problem = problem;
        this.lasting = lasting;
    }

    /// It may work later: the registry is away, the image is not pushed yet, a password is wrong.
    public static ImageException later(String why, String whatToDo) {
        return new ImageException(new Problem(why, whatToDo), false);
    }

    /// It never will: the reference or the image itself is wrong.
    public static ImageException never(String why, String whatToDo) {
        return new ImageException(new Problem(why, whatToDo), true);
    }

    public Problem problem() {
        return problem;
    }

    /// Trying again is of no use until the definition changes, or its tag comes to mean another image.
    public boolean lasting() {
        return lasting;
    }
}
