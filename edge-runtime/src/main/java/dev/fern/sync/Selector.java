package dev.fern.sync;

import dev.fern.InvalidDefinitionException;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A label selector: `site=tokyo,role!=spare,gate,!test`. All parts must hold. As in Kubernetes, `role!=spare` holds
/// for a device without that label.
final class Selector {
    private static final Pattern PART =
            Pattern.compile("(!?)([A-Za-z0-9._/-]+)|([A-Za-z0-9._/-]+)\\s*(!?=|==)\\s*([^=!\\s]*)");

    private Selector() {}

    /// Whether these labels meet it.
    ///
    /// @throws InvalidDefinitionException if it is no selector
    /// @param annotation where it stands
    static boolean matches(String annotation, String selector, Map<String, String> labels)
            throws InvalidDefinitionException {
        boolean all = true;
        for (var part : selector.split(",", -1)) {
            all &= condition(part.strip(), annotation + "=" + selector).test(labels);
        }
        return all;
    }

    private static Predicate<Map<String, String>> condition(String part, String whole)
            throws InvalidDefinitionException {
        var form = PART.matcher(part);
        if (!form.matches()) {
            throw new InvalidDefinitionException(
                    "'" + part + "' in " + whole + " is no condition",
                    "write KEY=VALUE, KEY!=VALUE, KEY or !KEY, with commas between them");
        }
        if (form.group(2) instanceof String key) {
            boolean wanted = form.group(1).isEmpty();
            return labels -> labels.containsKey(key) == wanted;
        }
        var key = form.group(3);
        var value = form.group(5);
        boolean wanted = !form.group(4).equals("!=");
        return labels -> value.equals(labels.get(key)) == wanted;
    }
}
