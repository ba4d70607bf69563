package dev.fern.kit;

import dev.fern.Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes the bundle of a JavaScript function, as the fn CLI's image of the runtime `node` has it: the
/// files under `/function`, entry point `node func.js`.
public final class NodeBundle {
    private final Path root;
    private final Map<String, String> env = new HashMap<>();

    private NodeBundle(Path root) {
        this.root = root;
    }

    /// A bundle in that folder with that func.js.
    public static Bundle of(Path root, String func) {
        return in(root).file("func.js", func).bundle();
    }

    /// Begins a bundle in that folder.
    public static NodeBundle in(Path root) {
        return new NodeBundle(root);
    }

    /// One more file, by its path under `/function`.
    public NodeBundle file(String path, String content) {
        try {
            var file = root.resolve("function").resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// The image's environment gets one more.
    public NodeBundle env(String name, String value) {
        env.put(name, value);
        return this;
    }

    public Bundle bundle() {
        try {
            Files.createDirectories(root.resolve("function"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Bundle("sha256:0", root, List.of("node", "func.js"), List.of(), env, "/function");
    }
}
