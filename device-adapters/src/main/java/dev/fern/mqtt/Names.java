package dev.fern.mqtt;

import dev.fern.InvalidDefinitionException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What topics, filters and share names may look like (MQTT 5, sections 1.5.4, 4.7 and 4.8.2).
final class Names {
    private static final int MOST_BYTES = 65_535;
    private static final String SHARE = "$share/";

    private Names() {}

    static void checkFilter(String filter) throws InvalidDefinitionException {
        if (filter.startsWith(SHARE)) {
            throw new InvalidDefinitionException(
                    "the filter '" + filter + "' is a shared subscription written by hand",
                    "write the filter alone and add the option share=GROUP");
        }
        var problem = text(filter);
        if (problem != null) {
            throw new InvalidDefinitionException("the topic filter '" + filter + "' " + problem, "correct the filter");
        }
        var levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            var level = levels[i];
            boolean wild = level.indexOf('+') >= 0 || level.indexOf('#') >= 0;
            if (wild && level.length() > 1) {
                throw new InvalidDefinitionException(
                        "the level '" + level + "' of the topic filter '" + filter + "' mixes a wildcard with text",
                        "let + and # stand alone between slashes");
            }
            if (level.equals("#") && i < levels.length - 1) {
                throw new InvalidDefinitionException(
                        "the topic filter '" + filter + "' goes on after #", "put # last, or use + for a single level");
            }
        }
    }

    static void checkShare(String share) throws InvalidDefinitionException {
        if (share.isEmpty() || share.matches(".*[/+#].*") || text(share) != null) {
            throw new InvalidDefinitionException(
                    "share=" + share + " is no name for a group", "use letters and digits, without / + #");
        }
    }

    /// What is wrong with a topic to publish to, or null.
    static @Nullable String topicProblem(String topic) {
        if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
            return "has a wildcard, which only filters may have";
        }
        return topic.startsWith(SHARE) ? "is a shared subscription, to which nobody can publish" : text(topic);
    }

    /// What keeps a text out of an MQTT packet, or null. Control characters, and what Unicode calls noncharacters, are
    /// legal, but brokers may hang up on them. Every message passes through here.
    static @Nullable String text(String text) {
        if (text.isEmpty()) {
            return "is empty";
        }
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return "is no proper Unicode";
            }
            if (Character.isISOControl(c) || c >= 0xFDD0 && c <= 0xFDEF || (c & 0xFFFE) == 0xFFFE) {
                return "has a control character";
            }
        }
        return text.length() > MOST_BYTES / 3 && text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES
                ? "is longer than 65535 bytes"
                : null;
    }
}
