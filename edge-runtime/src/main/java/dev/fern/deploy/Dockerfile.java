package dev.fern.deploy;

import dev.fern.InvalidDefinitionException;
import dev.fern.deploy.DockerfileLines.Line;
import dev.fern.deploy.Layout.Source;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What the last stage of a Dockerfile makes of a folder (Dockerfile reference), as far as that needs no building:
/// files
/// are copied, variables set, a command named. Programs that `RUN` would start are not; a file that another stage
/// builds must be in the folder already. What the base image brings is not known.
final class Dockerfile {
    static final String NAME = "Dockerfile";

    /// Commands of `RUN` that change nothing for a function here: who owns files, and who may read them.
    private static final Set<String> HARMLESS =
            Set.of("chmod", "chown", "adduser", "addgroup", "useradd", "groupadd", "mkdir", "true", ":");

    private static final String OTHERWISE = "build the image, push it, and name it with image: in func.yaml";

    private final Path folder;
    private final Map<String, String> arguments = new HashMap<>();
    private final TreeMap<String, Source> files = new TreeMap<>();
    private final Map<String, String> env = new HashMap<>();
    private List<String> shell = List.of("/bin/sh", "-c");
    private List<String> entrypoint = List.of();
    private List<String> cmd = List.of();
    private String workingDir = "/";

    private Dockerfile(Path folder) {
        this.folder = folder;
    }

    /// @throws InvalidDefinitionException if it has to be built first; it says which line asks for that
    static Layout layout(Path folder) throws InvalidDefinitionException, IOException {
        var file = folder.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            throw new InvalidDefinitionException(
                    "there is no " + NAME + " in " + folder + ", and its func.yaml says runtime: docker",
                    "write one, or another runtime");
        }
        var reading = new Dockerfile(folder);
        for (var line : lastStage(DockerfileLines.of(file))) {
            reading.carryOut(line);
        }
        if (reading.entrypoint.isEmpty() && reading.cmd.isEmpty()) {
            throw new InvalidDefinitionException(
                    file + " has neither ENTRYPOINT nor CMD; what its base image starts is not known here",
                    "write ENTRYPOINT [\"program\", \"argument\"] into it");
        }
        return new Layout(reading.files, reading.entrypoint, reading.cmd, reading.env, reading.workingDir);
    }

    /// The lines of the last stage, after those of the stage it starts from.
    private static List<Line> lastStage(List<Line> lines) {
        var stages = new ArrayList<List<Line>>();
        var byName = new HashMap<String, List<Line>>();
        var before = new ArrayList<Line>();
        for (var line : lines) {
            if (line.is("FROM")) {
                var words = line.words().stream()
                        .filter(word -> !word.startsWith("--"))
                        .toList();
                var base = words.isEmpty() ? "" : words.getFirst().toLowerCase(Locale.ROOT);
                var stage = new ArrayList<>(byName.getOrDefault(base, before));
                byName.put(String.valueOf(stages.size()), stage);
                if (words.size() == 3 && words.get(1).equalsIgnoreCase("as")) {
                    byName.put(words.get(2).toLowerCase(Locale.ROOT), stage);
                }
                stages.add(stage);
            } else {
                (stages.isEmpty() ? before : stages.getLast()).add(line);
            }
        }
        return stages.isEmpty() ? before : stages.getLast();
    }

    private void carryOut(Line line) throws InvalidDefinitionException, IOException {
        switch (line.instruction()) {
            case "WORKDIR" -> workingDir = place(fill(line.text()));
            case "ENV" -> line.pairs().forEach((name, value) -> env.put(name, fill(value)));
            case "ARG" -> line.pairs().forEach((name, value) -> arguments.putIfAbsent(name, fill(value)));
            case "ENTRYPOINT" -> entrypoint = command(line);
            case "CMD" -> cmd = command(line);
            case "SHELL" -> shell = line.isList() ? line.words() : shell;
            case "COPY", "ADD" -> copy(line);
            case "RUN" -> run(line);
            case "LABEL", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK", "MAINTAINER", "VOLUME", "ONBUILD" -> {}
            default -> throw cannot(line, "Fern does not know this instruction", OTHERWISE);
        }
    }

    private List<String> command(Line line) {
        if (line.isList()) {
            return line.words();
        }
        var words = new ArrayList<>(shell);
        words.add(line.text());
        return words;
    }

    private void run(Line line) throws InvalidDefinitionException {
        for (var command : line.text().split("&&|;|\\|\\|")) {
            var words = command.strip().split("\\s+");
            if (!HARMLESS.contains(words[0])) {
                throw cannot(
                        line,
                        "Fern builds no images, so that nothing runs " + words[0],
                        "do it in an earlier stage and copy what comes of it, with that file in the folder; or "
                                + OTHERWISE);
            }
        }
    }

    private void copy(Line line) throws InvalidDefinitionException, IOException {
        boolean otherStage = false;
        boolean executable = false;
        var words = new ArrayList<String>();
        for (var word : line.words()) {
            if (word.startsWith("--chmod=")) {
                executable = word.matches("--chmod=([0-7]*[1357][0-7]{2}|.*x.*)");
            } else if (word.startsWith("--from=")) {
                otherStage = true;
            } else if (word.startsWith("--")) {
                if (!word.startsWith("--chown=") && !word.startsWith("--link")) {
                    throw cannot(line, "Fern does not know " + word, OTHERWISE);
                }
            } else {
                words.add(fill(word));
            }
        }
        if (words.size() < 2 || line.text().contains("<<")) {
            throw cannot(line, "Fern cannot read it", "write COPY SOURCE... DESTINATION");
        }
        var sources = new ArrayList<Path>();
        for (var word : words.subList(0, words.size() - 1)) {
            sources.addAll(otherStage ? List.of(built(line, word)) : sources(line, word));
        }
        var destination = words.getLast();
        var place = place(destination);
        boolean into = destination.endsWith("/") || destination.equals(".") || sources.size() > 1 || isFolder(place);
        for (var source : sources) {
            put(source, place, into, executable);
        }
    }

    private void put(Path source, String place, boolean into, boolean executable)
            throws IOException, InvalidDefinitionException {
        var at = place.equals("/") ? "" : place.substring(1);
        if (Files.isDirectory(source)) {
            files.putAll(FolderFiles.below(source, at.isEmpty() ? "" : at + "/"));
        } else {
            var name = String.valueOf(source.getFileName());
            files.put(
                    into ? at.isEmpty() ? name : at + "/" + name : at,
                    new Source(source, executable || Files.isExecutable(source)));
        }
    }

    private boolean isFolder(String place) {
        return place.equals(workingDir)
                || place.equals("/")
                || files.keySet().stream().anyMatch(file -> ("/" + file).startsWith(place + "/"));
    }

    private List<Path> sources(Line line, String word) throws InvalidDefinitionException, IOException {
        if (word.matches("[a-z+]+://.*|git@.*") || line.is("ADD") && word.matches(".*\\.(tar|tgz|tar\\.\\w+)")) {
            throw cannot(line, "Fern neither downloads nor unpacks " + word, "put what is in it into the folder");
        }
        var inside = inside(line, word);
        if (!word.matches(".*[*?\\[].*")) {
            if (!Files.exists(inside)) {
                throw cannot(line, "there is no " + word + " in " + folder, "put it there, or correct the " + NAME);
            }
            return List.of(inside);
        }
        var pattern = folder.relativize(inside);
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        try (var all = Files.walk(folder, pattern.getNameCount())) {
            var found = all.filter(file -> matcher.matches(folder.relativize(file)))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw cannot(line, "there is no " + word + " in " + folder, "build it there");
            }
            return found;
        }
    }

    /// What another stage has built, by its name in the folder.
    private Path built(Line line, String word) throws InvalidDefinitionException {
        var name = Path.of(word).getFileName();
        var file = folder.resolve(name == null ? "" : name.toString());
        if (name == null || !Files.isRegularFile(file)) {
            throw cannot(
                    line,
                    "Fern builds no images, and there is no file " + (name == null ? word : name) + " in " + folder,
                    "build it into that folder, or " + OTHERWISE);
        }
        return file;
    }

    private Path inside(Line line, String word) throws InvalidDefinitionException {
        var path = folder.resolve(word.replaceFirst("^/+", "")).normalize();
        if (!path.startsWith(folder)) {
            throw cannot(line, word + " is outside of " + folder, "copy what is in the folder only");
        }
        return path;
    }

    /// Absolute, as it is in the image.
    private String place(String word) {
        return Path.of(workingDir).resolve(word).normalize().toString();
    }

    private String fill(String text) {
        var known = new HashMap<>(arguments);
        known.putAll(env);
        return DockerfileLines.fill(text, known);
    }

    private InvalidDefinitionException cannot(Line line, String why, String whatToDo) {
        return new InvalidDefinitionException(
                folder.resolve(NAME) + ", line " + line.number() + " (" + line.instruction() + "): " + why, whatToDo);
    }
}
