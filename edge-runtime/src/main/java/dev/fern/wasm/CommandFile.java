package dev.fern.wasm;

import dev.fern.Bundle;
import dev.fern.InvalidDefinitionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The WebAssembly file of an image, and the arguments it is started with.
///
/// It is the first word of Entrypoint and Cmd that ends in `.wasm`, as in images for other WebAssembly
/// runtimes, and the words behind it are arguments; else `/function/func.wasm`.
///
/// @param path within the image, from its root
/// @param args its name first
record CommandFile(String path, List<String> args) {
    /// Bytes of a file: more than that is no function for a device.
    static final int LARGEST = 16 << 20;

    private static final String USUAL = "function/func.wasm";
    private static final String ENDING = ".wasm";

    /// The image's file, or null if it has none.
    static @Nullable CommandFile of(Bundle bundle) {
        var words = new ArrayList<>(bundle.entrypoint());
        words.addAll(bundle.cmd());
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).endsWith(ENDING)) {
                var path = Path.of("/" + bundle.workingDir())
                        .resolve(words.get(i))
                        .normalize()
                        .toString()
                        .substring(1);
                return new CommandFile(path, List.copyOf(words.subList(i, words.size())));
            }
        }
        return Files.isRegularFile(bundle.root().resolve(USUAL)) ? new CommandFile(USUAL, List.of("/" + USUAL)) : null;
    }

    /// Reads it.
    byte[] read(Path root) throws InvalidDefinitionException {
        try {
            var file = root.resolve(path).toRealPath();
            if (!file.startsWith(root.toRealPath()) || !Files.isRegularFile(file)) {
                throw new InvalidDefinitionException(
                        "/" + path + " is no file of the image", "correct the image's entrypoint, or its COPY");
            }
            if (Files.size(file) > LARGEST) {
                throw new InvalidDefinitionException(
                        "/" + path + " is larger than " + (LARGEST >> 20) + " MB", Advice.SMALLER);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidDefinitionException(
                    "/" + path + " is not in the image", "correct the image's entrypoint, or its COPY");
        }
    }
}
