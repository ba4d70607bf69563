package dev.fern.fdk;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what a function threw. Its own code runs in that (`getMessage`), so everything can go wrong.
final class Failure {
    private static final int MOST_CAUSES = 10;
    private static final int MOST_FRAMES = 100;
    private static final int MOST_CHARS = 300;
    private static final String FDK = "com.fnproject.fn.";
    private static final String HOOKS = FDK + "runtime.FernHooks";
    private static final String GATE = FDK + "runtime.FernGate";

    private Failure() {}

    /// Class and message in one short line; of the FDK's own exceptions the message, and what is at their root.
    static String message(Throwable thrown) {
        var chain = chain(thrown);
        var text = text(thrown);
        var root = chain.getLast();
        if ((isFdk(thrown) || thrown instanceof ExceptionInInitializerError)
                && chain.size() > 1
                && !text.contains(text(root))) {
            text += ": " + text(root);
        }
        text = text.lines().findFirst().orElse("").strip();
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "..." : text;
    }

    /// What the author of the function can do about it.
    static String advice(Throwable thrown) {
        return switch (chain(thrown).getLast()) {
            case UnsupportedClassVersionError _ ->
                "build it for Java " + Runtime.version().feature() + " or older and deploy it again";
            case NoClassDefFoundError _, ClassNotFoundException _ ->
                "add the library that has it to the function's pom.xml and deploy it again";
            case LinkageError _ -> "build the image again and deploy it";
            default -> "correct the function or its configuration and deploy it again";
        };
    }

    /// The whole stack trace, without the frames below the function's own.
    static List<String> trace(Throwable thrown) {
        var lines = new ArrayList<String>();
        var prefix = "";
        for (var one : chain(thrown)) {
            (prefix + text(one)).lines().forEach(lines::add);
            prefix = "Caused by: ";
            Arrays.stream(one.getStackTrace())
                    .takeWhile(frame -> !isBelow(frame.getClassName()))
                    .filter(frame -> !isBetween(frame.getClassName()))
                    .limit(MOST_FRAMES)
                    .forEach(frame -> lines.add("    at " + frame));
        }
        return lines;
    }

    /// What has called the function.
    private static boolean isBelow(String className) {
        return className.equals(Handler.class.getName())
                || className.startsWith(FDK + "runtime.") && !isBetween(className);
    }

    /// What the function has called without knowing: class loading, redirections.
    private static boolean isBetween(String className) {
        return className.startsWith(Failure.class.getPackageName() + ".")
                || className.startsWith(HOOKS)
                || className.equals(GATE);
    }

    /// Whether it ended because its thread was interrupted.
    static boolean isInterrupt(Throwable thrown) {
        return chain(thrown).stream()
                .anyMatch(one -> one instanceof InterruptedException
                        || one instanceof InterruptedIOException && !(one instanceof SocketTimeoutException)
                        || one instanceof ClosedByInterruptException);
    }

    /// It and its causes, each once: a chain may bite its own tail.
    private static List<Throwable> chain(Throwable thrown) {
        var chain = new ArrayList<Throwable>();
        var seen = Collections.newSetFromMap(new IdentityHashMap<Throwable, Boolean>());
        for (var one = thrown; one != null && chain.size() < MOST_CAUSES && seen.add(one); one = cause(one)) {
            chain.add(one);
        }
        return chain;
    }

    private static @Nullable Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable broken) {
            return null;
        }
    }

    private static String text(Throwable thrown) {
        try {
            if (thrown instanceof ExceptionInInitializerError) {
                return "a static initialiser failed";
            }
            var message = thrown.getMessage();
            if (thrown instanceof NoClassDefFoundError && message != null && message.indexOf(' ') < 0) {
                return "class " + message.replace('/', '.') + " is not in the image"; // else it says a sentence
            }
            var text = isFdk(thrown) || thrown instanceof Rewriter.UnreadableClassError ? message : thrown.toString();
            return text == null ? thrown.getClass().getName() : text;
        } catch (Throwable broken) {
            return thrown.getClass().getName();
        }
    }

    private static boolean isFdk(Throwable thrown) {
        return thrown.getClass().getName().startsWith(FDK);
    }
}
