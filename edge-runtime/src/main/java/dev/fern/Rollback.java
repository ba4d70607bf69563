package dev.fern;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The rule of `fern/rollback`, such as `errors=3/10`.
///
/// @param errors so many calls of a new version may not fail
/// @param calls among its first so many
public record Rollback(int errors, int calls) {
    /// The annotation.
    public static final String ANNOTATION = "fern/rollback";

    /// A version that has done so many calls is no longer new.
    private static final int CALLS_MOST = 1000;

    private static final Pattern FORM = Pattern.compile("errors=([1-9]\\d{0,3})/([1-9]\\d{0,3})");

    /// The rule that a text says, or null if there is no text.
    ///
    /// @throws InvalidDefinitionException if it says none
    public static @Nullable Rollback parse(@Nullable String text) throws InvalidDefinitionException {
        if (text == null) {
            return null;
        }
        var form = FORM.matcher(text);
        if (form.matches()) {
            var rule = new Rollback(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
            if (rule.errors <= rule.calls && rule.calls <= CALLS_MOST) {
                return rule;
            }
        }
        throw new InvalidDefinitionException(
                "annotation " + ANNOTATION + "=" + text + " makes no sense",
                "write errors=3/10 for 3 failures in the first 10 calls (" + CALLS_MOST + " at most)");
    }

    /// The rule of a function that was resolved, or null if it has none.
    public static @Nullable Rollback of(Fn fn) {
        try {
            return parse(fn.annotations().get(ANNOTATION));
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(e); // then it was not
        }
    }

    /// As it was written.
    @Override
    public String toString() {
        return "errors=" + errors + "/" + calls;
    }
}
