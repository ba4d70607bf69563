package dev.fern.deploy;

import dev.fern.Bundle;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import dev.fern.Time;
import dev.fern.deploy.Layout.Source;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// Code of a function that is defined by a folder of this machine, laid out as its image would be: what the fn CLI's
/// Dockerfile for the func.yaml's runtime does (fn/cli, langs/), or with `runtime: docker` the folder's own. A
/// func.wasm
/// in it is the code whatever the runtime is. The image is then called `dir:/path/of/the/folder`.
public final class FolderCode {
    private static final String SCHEME = "dir:";
    private static final String WASM = "func.wasm";
    private static final String PYTHON_FDK = "python/bin/fdk";
    private static final Map<String, String> PYTHON_ENV = Map.of("PYTHONPATH", "/function:/python");

    private final FolderStore store;

    /// @param store where copies of the code are kept: a build may go on while the function runs
    /// @param written counts the bytes that are copied
    FolderCode(Path store, Time time, LongAdder written) {
        this.store = new FolderStore(store, time, written);
    }

    static boolean isFolder(Fn fn) {
        return fn.image().startsWith(SCHEME);
    }

    /// What func.yaml says of how it is built and started.
    private record Func(JsonObject fn) {
        String runtime() {
            return fn.stringValue("runtime", "").strip().replaceFirst("[\\d.]+$", "");
        }

        /// As the fn CLI splits it (fn/cli, common/common.go, stringToSlice).
        List<String> words(String key, String otherwise) {
            var text = fn.stringValue(key, "").strip();
            text = text.isEmpty() ? otherwise : text;
            return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
        }
    }

    Bundle bundle(Fn fn, Definition definition) throws InvalidDefinitionException {
        var folder = Path.of(fn.image().substring(SCHEME.length()));
        try {
            return store.keep(layout(folder, func(definition)));
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(folder, e);
        }
    }

    /// Where an image would have the code of a function that a folder of this machine defines.
    ///
    /// @param folder with the func.yaml that was read into the definition
    /// @throws InvalidDefinitionException if it has to be built first, or cannot be read
    public static Layout layout(Path folder, Definition definition) throws InvalidDefinitionException {
        try {
            return layout(folder, func(definition));
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(folder, e);
        }
    }

    private static InvalidDefinitionException unreadable(Path folder, Exception e) {
        return new InvalidDefinitionException(folder + " cannot be read: " + e.getMessage(), "see to its files");
    }

    /// Forgets copies that are not among these and have not been asked for of late.
    void retain(Set<String> digests) {
        store.retain(digests);
    }

    private static Func func(Definition definition) throws InvalidDefinitionException {
        try {
            return new Func(
                    JsonParser.create(definition.document()).readJsonObject().objectValue("fn", JsonObject.empty()));
        } catch (JsonException e) {
            throw new InvalidDefinitionException(definition.name() + " cannot be read", "look at its func.yaml");
        }
    }

    private static Layout layout(Path folder, Func func) throws InvalidDefinitionException, IOException {
        if (Files.isRegularFile(folder.resolve(WASM))) {
            var file = new Source(folder.resolve(WASM), false);
            return whole(new TreeMap<>(Map.of("function/" + WASM, file)), List.of(), List.of());
        }
        var runtime = func.runtime().isEmpty() ? guess(folder, func) : func.runtime();
        return switch (runtime) {
            case "docker" -> Dockerfile.layout(folder);
            case "java", "kotlin" -> java(folder, func);
            case "node" -> started(folder, func, "node func.js", "func.js");
            case "ruby" -> started(folder, func, "ruby func.rb", "func.rb");
            case "go" -> started(folder, func, "./func", "func");
            case "python" -> python(folder, func);
            case "" ->
                throw new InvalidDefinitionException(
                        "there is no code in " + folder + " that Fern knows how to start",
                        "write runtime: into its func.yaml, and build it: a jar in target/, func.wasm, or a program"
                                + " that entrypoint: names");
            default -> started(folder, func, "", "");
        };
    }

    /// For a func.yaml without a runtime.
    private static String guess(Path folder, Func func) throws IOException {
        if (Files.exists(folder.resolve("func.js"))) {
            return "node";
        }
        if (!FolderFiles.jars(folder).isEmpty()
                || func.words("cmd", "").toString().contains("::")) {
            return "java";
        }
        if (Files.exists(folder.resolve(Dockerfile.NAME))) {
            return "docker";
        }
        return func.words("entrypoint", "").isEmpty() ? "" : "entrypoint";
    }

    private static Layout whole(TreeMap<String, Source> files, List<String> entrypoint, List<String> cmd) {
        return new Layout(files, entrypoint, cmd, Map.of(), "/function");
    }

    private static Layout java(Path folder, Func func) throws InvalidDefinitionException, IOException {
        var files = new TreeMap<String, Source>();
        FolderFiles.jars(folder).forEach(jar -> files.put("function/app/" + jar.getFileName(), new Source(jar, false)));
        if (files.isEmpty()) {
            throw new InvalidDefinitionException(
                    "there is no jar in " + folder.resolve("target"),
                    "build the function there, for example with: mvn package");
        }
        var cmd = func.words("cmd", "");
        if (cmd.isEmpty()) {
            throw new InvalidDefinitionException(
                    "the func.yaml in " + folder + " has no cmd", "write cmd: Class::method into it");
        }
        return whole(files, List.of(), cmd);
    }

    /// The whole folder, and what starts it.
    ///
    /// @param code what must be there for that, unless func.yaml says otherwise
    private static Layout started(Path folder, Func func, String entrypoint, String code)
            throws InvalidDefinitionException, IOException {
        var words = func.words("entrypoint", entrypoint);
        if (words.isEmpty()) {
            throw new InvalidDefinitionException(
                    "Fern does not know what starts a function of runtime " + func.runtime() + " in " + folder,
                    "write entrypoint: into its func.yaml, such as ./func for a program in the folder");
        }
        if (String.join(" ", words).equals(entrypoint) && !Files.isRegularFile(folder.resolve(code))) {
            throw new InvalidDefinitionException(
                    "there is no " + code + " in " + folder,
                    code.equals("func")
                            ? "build it there: go build -o func"
                            : "put it there, or name another with entrypoint: in func.yaml");
        }
        return whole(FolderFiles.below(folder, "function/"), words, func.words("cmd", ""));
    }

    /// The fn CLI's image has the packages in /python; here they are in the folder's own `python/`.
    private static Layout python(Path folder, Func func) throws InvalidDefinitionException, IOException {
        var layout = started(folder, func, "/python/bin/fdk /function/func.py handler", "func.py");
        var files = new TreeMap<String, Source>();
        layout.files().forEach((place, source) -> {
            boolean packages = place.startsWith("function/python/");
            files.put(packages ? place.substring("function/".length()) : place, source);
        });
        boolean byFdk = layout.entrypoint().getFirst().equals("/" + PYTHON_FDK);
        if (byFdk && !files.containsKey(PYTHON_FDK)) {
            throw new InvalidDefinitionException(
                    "the Python FDK is not in " + folder.resolve("python"),
                    "run there: pip3 install --target python -r requirements.txt");
        }
        return new Layout(files, layout.entrypoint(), layout.cmd(), PYTHON_ENV, "/function");
    }
}
