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

/// Code of a function that is defined by a folder of this machine: a func.wasm, or the jars that its build left in
/// `target/`, laid out as its image would have them. The image is then called `dir:/path/of/the/folder`.
final class FolderCode {
    private static final String SCHEME = "dir:";
    private static final String WASM = "func.wasm";

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
        if (Files.isRegularFile(folder.resolve(WASM))) {
            return webAssembly(folder.resolve(WASM));
        }
        var cmd = cmd(definition);
        try (var files = Files.list(folder.resolve("target"))) {
            var jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            if (jars.isEmpty()) {
                throw notBuilt(folder);
            }
            var digest = digest(jars);
            var root = store.resolve(digest);
            var app = Files.createDirectories(root.resolve("function/app"));
            for (var jar : jars) {
                Files.copy(jar, app.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            return new Bundle("sha256:" + digest, root, List.of(), List.of(cmd), Map.of(), "/function");
        } catch (IOException e) {
            throw notBuilt(folder);
        }
    }

    private Bundle webAssembly(Path file) throws InvalidDefinitionException {
        try {
            var digest = digest(List.of(file));
            var root = store.resolve(digest);
            Files.createDirectories(root.resolve("function"));
            Files.copy(file, root.resolve("function").resolve(WASM), StandardCopyOption.REPLACE_EXISTING);
            return new Bundle("sha256:" + digest, root, List.of(), List.of(), Map.of(), "/function");
        } catch (IOException e) {
            throw new InvalidDefinitionException(file + " cannot be read: " + e.getMessage(), "build it again");
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

    private static String digest(List<Path> files) throws IOException {
        try (var digest =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            for (var file : files) {
                digest.write(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                Files.copy(file, digest);
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
