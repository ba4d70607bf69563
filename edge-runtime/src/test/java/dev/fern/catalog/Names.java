package dev.fern.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which of our ids and times stands for which recorded one. One to one, for ever: that holds who is who, and that a
/// time changed when it changed in the recording and not otherwise.
final class Names {
    private static final String ID = "[0-9A-HJKMNP-TV-Z]{26}";
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    private static final Pattern NAME = Pattern.compile("\\b(?:" + ID + "|" + TIME + ")\\b");

    private final Map<String, String> toOurs = new HashMap<>();
    private final Map<String, String> toRecorded = new HashMap<>();

    void same(String recorded, String ours) {
        if (!toOurs.computeIfAbsent(recorded, _ -> ours).equals(ours)
                || !toRecorded.computeIfAbsent(ours, _ -> recorded).equals(recorded)) {
            throw new AssertionError(recorded + " was " + toOurs.get(recorded) + " and now is " + ours);
        }
    }

    /// The request as we must be asked.
    String ours(String recorded) {
        return map(recorded, toOurs);
    }

    /// Our answer in the names of the recording, after learning those that are new.
    String recorded(String ours, String recording) {
        var theirNames = names(recording);
        var ourNames = names(ours);
        for (int i = 0; i < Math.min(theirNames.size(), ourNames.size()); i++) {
            same(theirNames.get(i), ourNames.get(i));
        }
        return map(ours, toRecorded);
    }

    private static List<String> names(String text) {
        var names = new ArrayList<String>();
        NAME.matcher(text).results().forEach(match -> names.add(match.group()));
        return names;
    }

    private static String map(String text, Map<String, String> names) {
        return NAME.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(names.getOrDefault(match.group(), match.group())));
    }
}
