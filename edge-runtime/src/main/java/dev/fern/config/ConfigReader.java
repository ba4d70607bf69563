package dev.fern.config;

import dev.fern.Problem;
import dev.fern.Settings;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads fern.yaml, with variables such as `FERN_CLOUD_URL` over it. Touches files only, no network. Any thread.
public final class ConfigReader {
    /// Where the configuration is unless somebody says otherwise.
    public static final Path STANDARD_FILE = Path.of("/etc/fern/fern.yaml");

    private static final Path STANDARD_DATA = Path.of("/var/lib/fern");
    /// Sections whose keys a variable may override, so that a misspelt variable is not ignored.
    private static final List<String> SECTIONS = List.of(
            "device", "cloud", "registry", "mqtt", "brokers", "http", "pins", "sensors", "vars", "config", "limits");

    private final Map<String, String> environment;
    private final Path root;

    /// @param environment of the process
    public ConfigReader(Map<String, String> environment) {
        this(environment, Path.of("/"));
    }

    /// @param root where the kernel's files are looked for
    ConfigReader(Map<String, String> environment, Path root) {
        this.environment = Map.copyOf(environment);
        this.root = root;
    }

    /// Reads everything.
    ///
    /// @param file null for [#STANDARD_FILE], which need not exist if variables say enough
    /// @param data the state folder; null for `FERN_DATA` or /var/lib/fern
    public Reading read(@Nullable Path file, @Nullable Path data) {
        var path = (file == null ? STANDARD_FILE : file).toAbsolutePath();
        var problems = new Problems(path.toString());
        var tree = tree(path, file != null, problems);
        if (tree == null) {
            return new Reading.Bad(problems.sorted());
        }
        var source = source(path, problems);
        var id = new DeviceId(root).standard();
        var settings = Keys.settings(Section.root(source, tree), id, source.folder(), data(data));
        checkVariables(source);
        return problems.isEmpty() ? new Reading.Good(settings) : new Reading.Bad(problems.sorted());
    }

    /// Where the daemon listens and what it wants to see, as far as it can be read: the commands find the daemon by it
    /// even where they may not read all that the daemon may.
    ///
    /// @param file null for [#STANDARD_FILE]
    public Settings.Http http(@Nullable Path file) {
        var path = (file == null ? STANDARD_FILE : file).toAbsolutePath();
        var problems = new Problems(path.toString());
        var tree = tree(path, false, problems);
        var section = Section.root(source(path, problems), tree == null ? Node.Mapping.EMPTY : tree);
        return Keys.http(section.section("http"));
    }

    private Section.Source source(Path path, Problems problems) {
        var parent = path.getParent();
        return new Section.Source(problems, environment, parent == null ? path : parent, new LinkedHashSet<>());
    }

    private Path data(@Nullable Path data) {
        var variable = environment.getOrDefault("FERN_DATA", "");
        var path = data != null ? data : variable.isEmpty() ? STANDARD_DATA : Path.of(variable);
        return path.toAbsolutePath();
    }

    private @Nullable Node tree(Path path, boolean mustExist, Problems problems) {
        if (!Files.exists(path)) {
            if (mustExist
                    || environment.keySet().stream().noneMatch(name -> name.matches("FERN_(CLOUD_URL|FUNCTIONS)"))) {
                problems.add(
                        0,
                        "",
                        "there is no such file",
                        "create it (docs/configuration.md), or name another by --config");
                return null;
            }
            return Node.Mapping.EMPTY;
        }
        try {
            return YamlReader.read(Files.readString(path), problems);
        } catch (CharacterCodingException e) {
            problems.add(0, "", "this is no UTF-8 text", "save it as UTF-8");
        } catch (IOException e) {
            problems.add(0, "", "this cannot be read: " + e.getMessage(), "make it a file that this user may read");
        }
        return null;
    }

    private void checkVariables(Section.Source source) {
        var known = source.known().stream().map(Section::variable).collect(Collectors.toSet());
        for (var name : environment.keySet()) {
            boolean ours = SECTIONS.stream().anyMatch(section -> name.startsWith(Section.variable(section) + "_"));
            if (ours && !known.contains(name)) {
                var near = Nearest.to(name, known);
                source.problems()
                        .add(
                                name,
                                0,
                                "",
                                new Problem(
                                        "this variable overrides no key",
                                        near.map(word -> "did you mean " + word + "?")
                                                .orElse("remove it, or put the key into the file")));
            }
        }
    }

    /// The path of every key there is, with `NAME` for names that are free.
    static Set<String> keys() {
        var problems = new Problems("");
        var text =
                "{brokers: {NAME: {}}, pins: {NAME: {}}, sensors: {NAME: {}}, vars: {NAME: x}, device: {labels: {NAME: x}},"
                        + " config: {APP/FUNCTION: {NAME: x}}}";
        var tree = YamlReader.read(text, problems);
        var source = new Section.Source(problems, Map.of(), Path.of("/"), new LinkedHashSet<>());
        Keys.settings(Section.root(source, tree == null ? Node.Mapping.EMPTY : tree), "id", Path.of("/"), Path.of("/"));
        return source.known();
    }
}
