package dev.fern.deploy;

import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonException;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The instructions of a Dockerfile, comments and continued lines taken away (Dockerfile reference, "Format").
final class DockerfileLines {
    private static final int LARGEST = 1 << 20;
    private static final Pattern WORD = Pattern.compile("(?:\"(?:\\\\.|[^\"\\\\])*\"|'[^']*'|\\\\.|[^\\s\"'\\\\])+");
    private static final Pattern VARIABLE = Pattern.compile("(?<!\\\\)\\$(?:\\{(\\w+)(?::-([^}]*))?}|(\\w+))");

    private DockerfileLines() {}

    /// @param number of its first line, from 1
    /// @param instruction in capitals
    /// @param text what follows it
    record Line(int number, String instruction, String text) {
        boolean is(String other) {
            return instruction.equals(other);
        }

        /// Whether it is in the exec form: a JSON array of strings.
        boolean isList() {
            return list(text) != null;
        }

        /// The items of the array; in the other form what blanks separate, without quotes.
        List<String> words() {
            var list = list(text);
            return list != null
                    ? list
                    : split(text).stream().map(DockerfileLines::plain).toList();
        }

        /// `NAME=VALUE ...`, or the old `NAME VALUE`.
        Map<String, String> pairs() {
            var pairs = new LinkedHashMap<String, String>();
            var words = split(text);
            if (words.size() > 1 && words.getFirst().indexOf('=') < 0) {
                pairs.put(
                        words.getFirst(),
                        text.substring(words.getFirst().length()).strip());
                return pairs;
            }
            for (var word : words) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    pairs.put(word.substring(0, equals), plain(word.substring(equals + 1)));
                }
            }
            return pairs;
        }
    }

    static List<Line> of(Path file) throws IOException, InvalidDefinitionException {
        if (Files.size(file) > LARGEST) {
            throw new InvalidDefinitionException(file + " is larger than 1 MB", "make it smaller");
        }
        var lines = new ArrayList<Line>();
        var gathered = new StringBuilder();
        int first = 0;
        int number = 0;
        for (var raw : new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            number++;
            var text = raw.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue; // also between continued lines
            }
            first = gathered.isEmpty() ? number : first;
            boolean goesOn = text.endsWith("\\");
            gathered.append(goesOn ? text.substring(0, text.length() - 1).stripTrailing() + " " : text);
            if (!goesOn) {
                lines.add(line(first, gathered.toString()));
                gathered.setLength(0);
            }
        }
        if (!gathered.isEmpty()) {
            lines.add(line(first, gathered.toString()));
        }
        return lines;
    }

    private static Line line(int number, String text) {
        var parts = text.split("\\s+", 2);
        return new Line(number, parts[0].toUpperCase(Locale.ROOT), parts.length == 1 ? "" : parts[1].strip());
    }

    private static @Nullable List<String> list(String text) {
        if (!text.startsWith("[")) {
            return null;
        }
        try {
            if (!(JsonParser.create(text).readJsonValue() instanceof JsonArray array)) {
                return null;
            }
            var words = new ArrayList<String>();
            for (var item : array.values()) {
                if (!(item instanceof JsonString word)) {
                    return null;
                }
                words.add(word.value());
            }
            return words;
        } catch (JsonException e) {
            return null; // as Docker takes it: the other form
        }
    }

    private static List<String> split(String text) {
        return WORD.matcher(text).results().map(found -> found.group()).toList();
    }

    private static String plain(String word) {
        var plain = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote && quote != 0) {
                quote = 0;
            } else if (c == '\\' && quote != '\'' && i + 1 < word.length() && word.charAt(i + 1) != '$') {
                plain.append(word.charAt(++i));
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    /// `$NAME`, `${NAME}` and `${NAME:-otherwise}`; an unknown one is empty.
    static String fill(String text, Map<String, String> known) {
        var out = new StringBuilder();
        var matcher = VARIABLE.matcher(text);
        while (matcher.find()) {
            var name = matcher.group(1) != null ? matcher.group(1) : matcher.group(3);
            var otherwise = matcher.group(2) == null ? "" : matcher.group(2);
            matcher.appendReplacement(out, Matcher.quoteReplacement(known.getOrDefault(name, otherwise)));
        }
        return matcher.appendTail(out).toString().replace("\\$", "$");
    }
}
