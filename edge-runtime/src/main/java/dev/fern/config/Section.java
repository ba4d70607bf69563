package dev.fern.config;

import dev.fern.Durations;
import dev.fern.Problem;
import dev.fern.Vocabulary;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A mapping, read key by key: what is asked for is known, the rest is reported by [#done]. An environment variable
/// goes over the file. A value that makes no sense is reported, and the default returned so that reading goes on.
final class Section {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(|B|KB|MB|GB)");

    /// What all sections of a file share.
    ///
    /// @param environment what may override keys, by name
    /// @param folder that relative paths start from
    /// @param known receives the path of every key that is asked for
    record Source(Problems problems, Map<String, String> environment, Path folder, Set<String> known) {}

    /// A single value as written, and where.
    private record Value(String text, String source, int line) {}

    private final Source source;
    private final String path;
    private final Node.Mapping mapping;
    private final Set<String> asked = new LinkedHashSet<>();

    private Section(Source source, String path, Node.Mapping mapping) {
        this.source = source;
        this.path = path;
        this.mapping = mapping;
    }

    static Section root(Source source, Node root) {
        return of(source, "", root);
    }

    private static Section of(Source source, String path, @Nullable Node node) {
        return switch (node) {
            case Node.Mapping mapping -> new Section(source, path, mapping);
            case null -> new Section(source, path, Node.Mapping.EMPTY);
            case Node.Scalar scalar
            when scalar.isNull() -> new Section(source, path, new Node.Mapping(Map.of(), scalar.line()));
            default -> {
                source.problems.add(node.line(), path, "is " + node.kind(), "write KEY: VALUE lines");
                yield new Section(source, path, Node.Mapping.EMPTY);
            }
        };
    }

    /// The variable that goes over a key: `FERN_MQTT_PASSWORD_FILE` over `mqtt.password-file`.
    static String variable(String path) {
        return "FERN_" + path.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /// Whether anything is in it, in the file or by a variable.
    boolean isPresent() {
        return !mapping.entries().isEmpty()
                || source.environment.keySet().stream().anyMatch(name -> name.startsWith(variable(path) + "_"));
    }

    /// The section of that name, an empty one if it is absent.
    Section section(String name) {
        return of(source, Problems.path(path, name), node(name));
    }

    /// The sections of a list.
    List<Section> listing(String name) {
        return switch (node(name)) {
            case null -> List.of();
            case Node.Listing list ->
                IntStream.range(0, list.items().size())
                        .mapToObj(i -> of(
                                source,
                                Problems.path(path, name) + "[" + i + "]",
                                list.items().get(i)))
                        .toList();
            case Node other -> {
                problem(name, other.line(), "is " + other.kind(), "write a list: lines that start with -");
                yield List.of();
            }
        };
    }

    /// Every key in it.
    Set<String> names() {
        return mapping.entries().keySet();
    }

    boolean isList(String name) {
        return node(name) instanceof Node.Listing;
    }

    /// Whether it is a single value, or a list of them.
    boolean isFlat(String name) {
        return switch (node(name)) {
            case Node.Mapping _ -> false;
            case Node.Listing list -> list.items().stream().allMatch(item -> item instanceof Node.Scalar);
            case null, default -> true;
        };
    }

    private @Nullable Node node(String name) {
        asked.add(name);
        source.known.add(Problems.path(path, name));
        return mapping.entries().get(name);
    }

    /// Every entry of a mapping whose names are free. One that does not match is reported.
    ///
    /// @param read what becomes of it, by name; null leaves it out
    <T> Map<String, T> each(Pattern names, String whatNamesAre, Function<String, @Nullable T> read) {
        var all = new LinkedHashMap<String, T>();
        for (var name : mapping.entries().keySet()) {
            var value = read.apply(name);
            if (!names.matcher(name).matches()) {
                problem(name, "'" + name + "' cannot be a name here", "use " + whatNamesAre);
            } else if (value != null) {
                all.put(name, value);
            }
        }
        return Collections.unmodifiableMap(all);
    }

    @Nullable String text(String name) {
        var value = value(name);
        return value == null ? null : value.text;
    }

    /// A text that matches.
    String text(String name, String otherwise, Pattern form, String want) {
        return read(name, otherwise, want, text -> form.matcher(text).matches() ? text : null);
    }

    boolean has(String name) {
        return node(name) != null || override(name) != null;
    }

    /// One of these words.
    String word(String name, String otherwise, String... words) {
        return read(
                name,
                otherwise,
                "one of " + String.join(", ", words),
                text -> List.of(words).contains(text) ? text : null);
    }

    boolean flag(String name) {
        return word(name, "false", "true", "false").equals("true");
    }

    /// A whole number from `least` to `most`.
    int number(String name, int otherwise, int least, int most) {
        return read(name, otherwise, "a whole number from " + least + " to " + most, text -> {
            int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
            return number < least || number > most ? null : number;
        });
    }

    /// Bytes, from `least` to `most`, where KB, MB and GB are powers of 1024.
    long bytes(String name, long otherwise, long least, long most) {
        return read(name, otherwise, "a size from " + size(least) + " to " + size(most), text -> {
            var form = SIZE.matcher(text);
            if (!form.matches()) {
                return null;
            }
            int shift = List.of("", "B", "KB", "MB", "GB").indexOf(form.group(2));
            long bytes = Long.parseLong(form.group(1)) << Math.max(0, shift - 1) * 10;
            return bytes < least || bytes > most ? null : bytes;
        });
    }

    private static String size(long bytes) {
        return bytes >= 1 << 20 ? (bytes >> 20) + "MB" : (bytes >> 10) + "KB";
    }

    /// A duration as [Durations] reads it, from `least` up.
    Duration duration(String name, Duration otherwise, Duration least) {
        return read(
                name, otherwise, "a duration of " + Durations.text(least) + " or more, such as 30s, 5m or 1h", text -> {
                    var duration = Durations.parse(text);
                    return duration == null || duration.compareTo(least) < 0 ? null : duration;
                });
    }

    /// The URL, with the default port of its scheme filled in.
    @Nullable URI url(String name, Map<String, Integer> defaultPorts, boolean withPath) {
        var value = value(name);
        if (value != null && value.text.contains("@")) {
            problem(value, name, "the URL holds a user or a password", "use keys and files for them");
            return null;
        }
        var want = "a URL HOST:PORT" + (withPath ? "/PATH" : "") + " with "
                + String.join(":// or ", defaultPorts.keySet());
        return readOrNull(name, want + "://", text -> parseUrl(text, defaultPorts, withPath));
    }

    private static @Nullable URI parseUrl(String text, Map<String, Integer> defaultPorts, boolean withPath) {
        try {
            var url = new URI(text);
            var port = url.getScheme() == null ? null : defaultPorts.get(url.getScheme());
            boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
            if (port == null || url.getHost() == null || url.getPort() > 65_535 || !plain) {
                return null;
            }
            var rest = url.getRawPath().equals("/") ? "" : url.getRawPath();
            if (!withPath && !rest.isEmpty()) {
                return null;
            }
            return new URI(
                    url.getScheme() + "://" + url.getHost() + ":" + (url.getPort() < 0 ? port : url.getPort()) + rest);
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /// A file that can be read and is not empty; a relative path starts at the configuration's own folder.
    @Nullable Path file(String name) {
        return path(name, file -> {
            if (!Files.exists(file)) {
                return new Problem("there is no file " + file, "create it, or correct the path");
            }
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                return new Problem(file + " cannot be read as " + user(), "make it a file that this user may read");
            }
            return file.toFile().length() == 0 ? new Problem(file + " is empty", "write the content into it") : null;
        });
    }

    /// A folder that can be read.
    @Nullable Path folder(String name) {
        return path(
                name,
                folder -> Files.isDirectory(folder) && Files.isReadable(folder)
                        ? null
                        : new Problem(
                                "there is no folder " + folder + " that " + user() + " may read",
                                "create it, or correct the path"));
    }

    private @Nullable Path path(String name, Function<Path, @Nullable Problem> check) {
        var value = value(name);
        if (value == null) {
            return null;
        }
        if (value.text.indexOf('\0') >= 0) {
            problem(value, name, "this is no path", "remove the NUL character");
            return null;
        }
        var resolved = source.folder.resolve(value.text).normalize();
        if (check.apply(resolved) instanceof Problem wrong) {
            problem(value, name, wrong.why(), wrong.whatToDo());
        }
        return resolved;
    }

    private static String user() {
        return "user " + System.getProperty("user.name");
    }

    /// A list of texts that match; a single one may stand without brackets, in a variable they are separated by commas.
    List<String> list(String name, List<String> otherwise, Pattern form, String want) {
        var override = override(name);
        var values = override != null
                ? Stream.of(override.text.split(","))
                        .map(text -> new Value(text.strip(), override.source, 0))
                        .toList()
                : values(name, node(name));
        for (var value : values) {
            if (!form.matcher(value.text).matches()) {
                problem(value, name, "'" + value.text + "' makes no sense", "give " + want);
            }
        }
        return values.isEmpty() ? otherwise : values.stream().map(Value::text).toList();
    }

    private List<Value> values(String name, @Nullable Node node) {
        if (node instanceof Node.Listing list) {
            return IntStream.range(0, list.items().size())
                    .mapToObj(i -> value(name + "[" + i + "]", list.items().get(i)))
                    .flatMap(Stream::ofNullable)
                    .toList();
        }
        var single = value(name, node);
        return single == null ? List.of() : List.of(single);
    }

    private <T> T read(String name, T otherwise, String want, Function<String, @Nullable T> parse) {
        var parsed = readOrNull(name, want, parse);
        return parsed == null ? otherwise : parsed;
    }

    private <T> @Nullable T readOrNull(String name, String want, Function<String, @Nullable T> parse) {
        var value = value(name);
        if (value == null) {
            return null;
        }
        var parsed = parse.apply(value.text);
        if (parsed == null) {
            problem(value, name, "'" + value.text + "' makes no sense", "give " + want);
        }
        return parsed;
    }

    private @Nullable Value value(String name) {
        var node = node(name);
        var override = override(name);
        return override == null ? value(name, node) : override;
    }

    private @Nullable Value override(String name) {
        node(name);
        var variable = variable(Problems.path(path, name));
        var text = source.environment.get(variable);
        return text == null || text.isEmpty() ? null : new Value(text, variable, 0);
    }

    private @Nullable Value value(String name, @Nullable Node node) {
        return switch (node) {
            case null -> null;
            case Node.Scalar scalar
            when !scalar.isNull() -> new Value(scalar.text(), source.problems.file(), scalar.line());
            case Node.Scalar _ -> {
                problem(name, node.line(), "has no value", "give it one, or remove the key");
                yield null;
            }
            default -> {
                problem(name, node.line(), "is " + node.kind(), "give a single value");
                yield null;
            }
        };
    }

    /// Refuses a key that the contract knows and this version does not carry out.
    void later(String name, String since) {
        if (has(name)) {
            var needs = Vocabulary.needs(since, "this").problem();
            problem(name, needs.why(), needs.whatToDo());
        }
    }

    /// Reports a key that must be there, and is not.
    void required(String name) {
        if (!has(name)) {
            problem(name, "is missing", "add it");
        }
    }

    /// Refuses one of the two keys without the other.
    void together(String one, String other) {
        if (has(one) != has(other)) {
            var lone = has(one) ? one : other;
            problem(lone, "is there without " + (has(one) ? other : one), "set both or none");
        }
    }

    /// Reports something about a key of this section.
    void problem(String name, String why, String whatToDo) {
        var node = mapping.entries().get(name);
        problem(name, node == null ? mapping.line() : node.line(), why, whatToDo);
    }

    private void problem(String name, int line, String why, String whatToDo) {
        source.problems.add(line, Problems.path(path, name), why, whatToDo);
    }

    private void problem(Value value, String name, String why, String whatToDo) {
        source.problems.add(value.source, value.line, Problems.path(path, name), new Problem(why, whatToDo));
    }

    /// Reports each key that nobody has asked for.
    void done() {
        for (var name : mapping.entries().keySet()) {
            if (!asked.contains(name)) {
                problem(
                        name,
                        "this key is unknown",
                        Nearest.to(name, asked)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("use " + String.join(", ", asked)));
            }
        }
    }
}
