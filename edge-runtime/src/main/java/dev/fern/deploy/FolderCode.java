package dev.fern.deploy;

import dev.fern.Bundle;
import dev.fern.Definition;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import io.helidon.json.JsonException;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Code of a function that is defined by a folder of this machine, laid out as its image would be: a func.wasm, with a
/// func.js the folder itself, or else the jars that its build left in `target/`. The image is then called
/// `dir:/path/of/the/folder`.
final class FolderCode {
    private static final String SCHEME = "dir:";
    private static final String WASM = "func.wasm";
    /// Files of a JavaScript function, node_modules included.
    static final int MOST_FILES = 10000;

    private final Path store;

    /// @param store where copies of the jars are kept: a build may go on while the function runs
    FolderCode(Path store) {
        this.store = store;
    }

    static boolean isFolder(Fn fn) {
        return fn.image().startsWith(SCHEME);
    }

    Bundle bundle(Fn fn, Definition definition) throws InvalidDefinitionException {
        var folder = Path.of(fn.image().substring(SCHEME.length()));
        try {
            if (Files.isRegularFile(folder.resolve(WASM))) {
                return lay(folder, List.of(folder.resolve(WASM)), "function", List.of(), List.of());
            }
            return Files.exists(folder.resolve("func.js"))
                    ? lay(folder, script(folder), "function", List.of("node", "func.js"), List.of())
                    : lay(folder.resolve("target"), jars(folder), "function/app", List.of(), List.of(cmd(definition)));
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidDefinitionException(folder + " cannot be read: " + e.getMessage(), "see to its files");
        }
    }

    /// Copies the files to where an image has them.
    private Bundle lay(Path from, List<Path> files, String to, List<String> entrypoint, List<String> cmd)
            throws IOException {
        var digest = digest(from, files);
        var root = store.resolve(digest);
        for (var file : files) {
            var copy = root.resolve(to).resolve(from.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return new Bundle("sha256:" + digest, root, entrypoint, cmd, Map.of(), "/function");
    }

    private static List<Path> script(Path folder) throws IOException, InvalidDefinitionException {
        try (var all = Files.walk(folder)) {
            var files = all.filter(Files::isRegularFile)
                    .filter(file -> !folder.relativize(file).startsWith(".git"))
                    .sorted()
                    .limit(MOST_FILES + 1)
                    .toList();
            if (files.size() > MOST_FILES) {
                throw new InvalidDefinitionException(
                        folder + " has more than " + MOST_FILES + " files", "bundle the function into fewer files");
            }
            return files;
        }
    }

    private static List<Path> jars(Path folder) throws InvalidDefinitionException {
        try (var files = Files.list(folder.resolve("target"))) {
            var jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            if (jars.isEmpty()) {
                throw notBuilt(folder);
            }
            return jars;
        } catch (IOException e) {
            throw notBuilt(folder);
        }
    }

    private static InvalidDefinitionException notBuilt(Path folder) {
        return new InvalidDefinitionException(
                "there is no jar in " + folder.resolve("target"),
                "build the function there, for example with: mvn package");
    }

    private static String cmd(Definition definition) throws InvalidDefinitionException {
        try {
            return JsonParser.create(definition.document())
                    .readJsonObject()
                    .objectValue("fn", JsonObject.empty())
                    .stringValue("cmd")
                    .orElseThrow(() -> new InvalidDefinitionException(
                            definition.name() + " has no cmd", "write cmd: Class::method into its func.yaml"));
        } catch (JsonException e) {
            throw new InvalidDefinitionException(definition.name() + " cannot be read", "look at its func.yaml");
        }
    }

    private static String digest(Path folder, List<Path> files) throws IOException {
        try (var digest =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            for (var file : files) {
                digest.write(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
                Files.copy(file, digest);
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
