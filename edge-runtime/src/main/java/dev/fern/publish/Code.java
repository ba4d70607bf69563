package dev.fern.publish;

import dev.fern.Definition;
import dev.fern.InvalidDefinitionException;
import dev.fern.deploy.FolderCode;
import dev.fern.deploy.Layout;
import dev.fern.deploy.Layout.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A function's files as the layers of its image, in the order of the fn CLI's Dockerfile, each with that file's line
/// for
/// it. What seldom changes, such as packages, has a layer of its own, which is then pushed once.
///
/// @param kind `java`, `node`, `wasm` and so on; empty if nobody said
/// @param layers files by their path in the image, by the Dockerfile's line
record Code(String kind, Layout layout, Map<String, Map<String, Source>> layers) {
    private static final int ELF_MACHINE = 18;
    private static final int ELF_ARM64 = 183;

    /// @param kind as [#kind] has it
    static Code of(Path folder, String kind, Definition definition) throws PublishException {
        try {
            if (kind.equals("ruby") && Files.exists(folder.resolve("Gemfile"))) {
                throw new PublishException(
                        "the gems that the Gemfile in " + folder + " asks for are built in a container only",
                        "deploy it with fn deploy, or put the gems into the folder and take the Gemfile out of it");
            }
            var layout = FolderCode.layout(folder, definition);
            return new Code(kind, layout, layers(kind, layout));
        } catch (InvalidDefinitionException e) {
            throw new PublishException(e.problem());
        }
    }

    /// What the code in a folder is: the func.yaml's runtime without its version, but a func.wasm is WebAssembly
    /// whatever
    /// the runtime is.
    static String kind(Path folder, String runtime) {
        if (Files.isRegularFile(folder.resolve("func.wasm"))) {
            return "wasm";
        }
        if (!runtime.isEmpty()) {
            return runtime.replaceFirst("[\\d.]+$", "");
        }
        if (Files.exists(folder.resolve("func.js"))) {
            return "node";
        }
        return Files.exists(folder.resolve("pom.xml")) || Files.isDirectory(folder.resolve("target")) ? "java" : "";
    }

    private static Map<String, Map<String, Source>> layers(String kind, Layout layout) {
        var layers = new LinkedHashMap<String, Map<String, Source>>();
        layout.files().forEach((place, source) -> {
            var line = switch (kind) {
                case "java", "kotlin" -> "COPY target/*.jar /function/app/";
                case "go" -> place.equals("function/func") ? "COPY func /function/" : "";
                case "node" ->
                    place.startsWith("function/node_modules/")
                            ? "COPY node_modules/ /function/node_modules/"
                            : "ADD . /function/";
                case "python" -> place.startsWith("function/") ? "COPY /function /function" : "COPY /python /python";
                default -> place.startsWith("function/") ? "COPY . /function/" : "COPY . /";
            };
            if (!line.isEmpty()) {
                layers.computeIfAbsent(line, _ -> new TreeMap<>()).put(place, source);
            }
        });
        return layers;
    }

    /// What starts it, apart from what the base image says.
    List<String> entrypoint() {
        return layout.entrypoint();
    }

    /// The architecture that the code needs, or what somebody wants if it needs none.
    String architecture(String otherwise) throws PublishException {
        var program = layout.files().get("function/func");
        if (program == null) {
            return otherwise;
        }
        try (var in = Files.newInputStream(program.file())) {
            var head = in.readNBytes(ELF_MACHINE + 2);
            boolean elf = head.length == ELF_MACHINE + 2 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L';
            if (!elf) {
                return otherwise;
            }
            return (head[ELF_MACHINE] & 0xff) == ELF_ARM64 ? "arm64" : "amd64";
        } catch (IOException e) {
            throw new PublishException(program.file() + " cannot be read", "see to its rights");
        }
    }
}
