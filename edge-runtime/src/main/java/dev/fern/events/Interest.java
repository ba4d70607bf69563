package dev.fern.events;

import dev.fern.Event;
import dev.fern.InvalidDefinitionException;
import dev.fern.Trigger;
import org.jspecify.annotations.Nullable;

/// What a trigger listens to: `event:TYPE?source=PATTERN`. The type is exact, or with a `*` at its end all that begin
/// so; in the pattern a `*` is anything, also nothing.
///
/// @param source the pattern, or null for all sources
/// @param own the source of the function's own answers, by which it would start itself, or null if that is allowed
record Interest(
        String type, @Nullable String source, @Nullable String own) {
    static Interest of(Trigger trigger, String device) throws InvalidDefinitionException {
        var type = trigger.address();
        int star = type.indexOf('*');
        if (star >= 0 && star < type.length() - 1) {
            throw new InvalidDefinitionException(
                    trigger.binding() + " has a * within its type",
                    "write the whole type, or its beginning with a * at the end, such as event:com.example.*");
        }
        if (!type.chars().allMatch(c -> c > ' ' && c != 127)) {
            throw new InvalidDefinitionException(
                    trigger.binding() + " has blanks in its type", "write it as it stands in the events");
        }
        var source = trigger.options().text("source");
        if (source != null && source.isEmpty()) {
            throw new InvalidDefinitionException(
                    trigger.binding() + " has an empty source, and no event has", "remove it, or write source=*");
        }
        boolean loops = "allow".equals(trigger.options().text("loop"));
        return new Interest(type, source, loops ? null : "/fern/" + device + "/fn/" + trigger.fn());
    }

    boolean takes(Event event) {
        return takesType(event.type())
                && (source == null || matches(source, event.source()))
                && !event.source().equals(own);
    }

    private boolean takesType(String found) {
        return type.endsWith("*") ? found.startsWith(type.substring(0, type.length() - 1)) : found.equals(type);
    }

    /// In time that grows with the product of both lengths at most, whatever they hold.
    static boolean matches(String pattern, String text) {
        int at = 0;
        int start = 0;
        int star = -1; // the last one that was passed, and where the text was then
        int from = 0;
        while (start < text.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = at++;
                from = start;
            } else if (at < pattern.length() && pattern.charAt(at) == text.charAt(start)) {
                at++;
                start++;
            } else if (star >= 0) {
                at = star + 1;
                start = ++from;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }
}
