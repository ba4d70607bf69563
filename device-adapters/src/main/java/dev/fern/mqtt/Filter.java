package dev.fern.mqtt;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// A topic filter, taken apart once so that matching a topic allocates only what its wildcards matched (MQTT 5,
/// section 4.7).
final class Filter {
    private static final String ONE = "+";
    private static final String REST = "#";
    private static final String[] NOTHING = {};

    private final String text;
    private final String[] levels;
    private final int wildcards;

    /// @param text checked by [Names#checkFilter]
    Filter(String text) {
        this.text = text;
        levels = text.split("/", -1);
        int count = 0;
        for (var level : levels) {
            count += isWild(level) ? 1 : 0;
        }
        wildcards = count;
    }

    String text() {
        return text;
    }

    int wildcards() {
        return wildcards;
    }

    /// Whether the wildcard of that number, from 1, is `#`.
    boolean takesManyLevels(int number) {
        return number == wildcards && levels[levels.length - 1].equals(REST);
    }

    /// What the wildcards matched, `#` the rest as one; null if the topic does not match.
    @Nullable List<String> match(String topic) {
        if (isWild(levels[0]) && topic.startsWith("$")) {
            return null;
        }
        var found = wildcards == 0 ? NOTHING : new String[wildcards];
        int count = 0;
        int at = 0;
        int length = topic.length();
        for (var level : levels) {
            if (level.equals(REST)) {
                // a/# matches a itself, too
                found[count] = at > length ? "" : topic.substring(at);
                return Arrays.asList(found);
            }
            if (at > length) {
                return null;
            }
            int slash = topic.indexOf('/', at);
            int end = slash < 0 ? length : slash;
            if (level.equals(ONE)) {
                found[count++] = topic.substring(at, end);
            } else if (end - at != level.length() || !topic.startsWith(level, at)) {
                return null;
            }
            at = end + 1;
        }
        return at > length ? Arrays.asList(found) : null;
    }

    /// Whether some topic made from the template, with anything for its `{...}`, matches.
    ///
    /// @param many whether `{N}` may stand for several levels
    boolean canMatch(String template, IntPredicate many) {
        var made = template.split("/", -1);
        if (isWild(levels[0]) && made[0].startsWith("$")) {
            return false;
        }
        // can[i][j]: the levels of the template from i on can match those of the filter from j on
        var can = new boolean[made.length + 2][levels.length + 2];
        for (int i = made.length; i >= 0; i--) {
            for (int j = levels.length; j >= 0; j--) {
                if (j < levels.length && levels[j].equals(REST)) {
                    can[i][j] = true;
                } else if (i == made.length || j == levels.length) {
                    can[i][j] = i == made.length && j == levels.length;
                } else if (isMany(made[i], many)) {
                    can[i][j] = can[i + 1][j + 1] || can[i][j + 1];
                } else {
                    can[i][j] = fits(made[i], levels[j]) && can[i + 1][j + 1];
                }
            }
        }
        return can[0][0];
    }

    private static boolean fits(String made, String level) {
        return level.equals(ONE) || made.indexOf('{') >= 0 || made.equals(level);
    }

    private static boolean isMany(String made, IntPredicate many) {
        for (int open = made.indexOf('{'); open >= 0; open = made.indexOf('{', open + 1)) {
            int close = made.indexOf('}', open);
            var name = close < 0 ? "" : made.substring(open + 1, close);
            if (name.matches("[1-9]\\d?") && many.test(Integer.parseInt(name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWild(String level) {
        return level.equals(ONE) || level.equals(REST);
    }
}
