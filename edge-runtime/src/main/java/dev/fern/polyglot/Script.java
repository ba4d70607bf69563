package dev.fern.polyglot;

import dev.fern.Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Where a function's JavaScript begins: its path in the image, such as `/function/func.js`.
record Script(String path) {
    private static final String STANDARD = "/function/func.js";

    /// The script that the image's command gives to node, else `/function/func.js` if it is there; null
    /// if neither.
    static @Nullable Script of(Bundle bundle) {
        var command = new ArrayList<>(bundle.entrypoint());
        command.addAll(bundle.cmd());
        if (!command.isEmpty() && Path.of(command.getFirst()).endsWith("node")) {
            var folder = bundle.workingDir().isEmpty() ? "/function" : bundle.workingDir();
            for (var word : command.subList(1, command.size())) {
                if (!word.startsWith("-")) {
                    return new Script(
                            Path.of("/", folder).resolve(word).normalize().toString());
                }
            }
        }
        return Files.isRegularFile(bundle.root().resolve(STANDARD.substring(1))) ? new Script(STANDARD) : null;
    }

    /// The folder it is in.
    String folder() {
        return String.valueOf(Path.of(path).getParent());
    }
}
