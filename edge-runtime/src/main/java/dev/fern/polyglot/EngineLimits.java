package dev.fern.polyglot;

import java.lang.reflect.Field;

/// The longest string, typed array and list of arguments that GraalJS makes. Strings grow by `+`, which
/// cannot be wrapped, and then fill the heap in one piece. The options for it are refused under
/// SandboxPolicy CONSTRAINED, so what is lowered here is what they are without being set (GraalJS
/// 25.0.2).
final class EngineLimits {
    /// Characters that a string may always have: an answer must fit.
    static final int STRING_LEAST = 8 << 20;
    /// Of the heap, the part that one string's characters may take.
    static final int STRING_SHARE = 16;
    /// Of the heap, the part that the elements of one typed array may take.
    static final int ARRAY_SHARE = 2;
    /// Arguments of one call, by `apply` or `...`.
    static final int ARGUMENTS = 1 << 18;

    private EngineLimits() {}

    /// @param heap bytes
    static void set(long heap) {
        set("STRING_LENGTH_LIMIT", Math.max(STRING_LEAST, heap / STRING_SHARE));
        set("MAX_TYPED_ARRAY_LENGTH", heap / ARRAY_SHARE);
        set("MAX_APPLY_ARGUMENT_LENGTH", ARGUMENTS);
        set("FUNCTION_ARGUMENTS_LIMIT", ARGUMENTS);
    }

    private static void set(String option, long most) {
        try {
            var key = Class.forName("com.oracle.truffle.js.runtime.JSContextOptions")
                    .getField(option)
                    .get(null);
            Field value = Class.forName("org.graalvm.options.OptionKey").getDeclaredField("defaultValue");
            value.setAccessible(true);
            Object before = value.get(key);
            // never more than GraalJS itself allows; the two kinds must not meet in one expression
            if (before instanceof Integer limit) {
                value.set(key, Integer.valueOf((int) Math.min(limit, most)));
            } else if (before instanceof Long limit) {
                value.set(key, Long.valueOf(Math.min(limit, most)));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is not the GraalJS that Fern was made for: no " + option, e);
        }
    }
}
