package dev.fern.polyglot;

import dev.fern.InvalidDefinitionException;
import java.util.List;
import java.util.regex.Pattern;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/// Reads what a function threw.
final class Failure {
    private static final int MOST_CHARS = 300;
    private static final Pattern ES_MODULE = Pattern.compile("(?m)^\\s*(import\\s*[\\w{*'\"]|export\\s)");
    private static final Pattern POSITION = Pattern.compile("\\S+:\\d+:\\d+ ");

    private final String script;

    Failure(String script) {
        this.script = script;
    }

    /// The first line of what it says, with its kind: `TypeError: x is not a function`.
    static String message(PolyglotException thrown) {
        if (thrown.isResourceExhausted()) {
            return "it used more memory than there is";
        }
        var text = String.valueOf(thrown.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "..." : text;
    }

    /// Its stack, as the function's author knows it.
    static List<String> trace(PolyglotException thrown) {
        if (text(thrown, "stack") instanceof String stack) {
            return stack.lines().filter(line -> !line.contains(" (fern:")).toList();
        }
        return List.of(message(thrown));
    }

    /// It was stopped when it was loaded.
    ///
    /// @param why what it did
    InvalidDefinitionException stopped(String why) {
        return new InvalidDefinitionException(
                "the code of " + script + " " + why + " when it was loaded",
                "look at what it does outside of its handler and deploy it again");
    }

    /// Why it could not be loaded.
    ///
    /// @param tripped why the loading was stopped, if it was
    InvalidDefinitionException invalid(PolyglotException thrown, @Nullable String tripped) {
        if (tripped != null) {
            return stopped(tripped);
        }
        // those of JSON have no place
        if (thrown.isSyntaxError() && thrown.getSourceLocation() instanceof SourceSection at) {
            return syntax(thrown, at);
        }
        var message = message(thrown);
        return switch (String.valueOf(text(thrown, "code"))) {
            case "FERN_NO_BUILTIN" ->
                new InvalidDefinitionException(
                        script + " cannot be loaded: " + message,
                        "do without it, or set the annotation fern/isolation: process and deploy again");
            case "MODULE_NOT_FOUND" ->
                new InvalidDefinitionException(
                        script + " cannot be loaded: " + message,
                        "add it to package.json, run npm install, build the image again and deploy it");
            case "ERR_REQUIRE_ESM" ->
                new InvalidDefinitionException(
                        script + " cannot be loaded: " + message,
                        "write it as CommonJS, or set the annotation fern/isolation: process, and deploy again");
            default ->
                new InvalidDefinitionException(
                        script + " cannot be loaded: " + message + place(thrown), "correct it and deploy it again");
        };
    }

    private static InvalidDefinitionException syntax(PolyglotException thrown, SourceSection at) {
        var line = at.getSource().getCharacters(at.getStartLine()).toString();
        var file = at.getSource().getName() + ":" + at.getStartLine();
        if (ES_MODULE.matcher(line).find()) {
            return new InvalidDefinitionException(
                    file + " is written as an ES module",
                    "write it as CommonJS, or set the annotation fern/isolation: process, and deploy again");
        }
        var message = POSITION.matcher(message(thrown)).replaceFirst("");
        return new InvalidDefinitionException(
                file + " does not parse: " + message, "correct that line and deploy it again");
    }

    private static String place(PolyglotException thrown) {
        for (var frame : thrown.getPolyglotStackTrace()) {
            var at = frame.getSourceLocation();
            if (frame.isGuestFrame() && at != null && !at.getSource().isInternal()) {
                return " (" + at.getSource().getName() + ":" + at.getStartLine() + ")";
            }
        }
        return "";
    }

    private static @Nullable String text(PolyglotException thrown, String member) {
        if (!thrown.isGuestException() || thrown.isCancelled()) {
            return null;
        }
        Value error = thrown.getGuestObject();
        if (error == null || !error.hasMember(member)) {
            return null;
        }
        var value = error.getMember(member);
        return value.isString() ? value.asString() : null;
    }
}
