package dev.fern.process;

import dev.fern.Bundle;
import dev.fern.Fn;
import dev.fern.InvalidDefinitionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes of an image what is started: which program with which words, what it sees, what its environment is.
///
/// With the function's own layers only, the language comes from the device: an entrypoint such as
/// `/python/bin/fdk /function/func.py handler` becomes `/usr/bin/python3 /python/bin/fdk ...`, because its first line
/// names a python that only the base image has.
final class Recipe {
    /// Where a process makes its socket (Fn: FN_LISTENER).
    static final String SOCKETS = "/tmp/iofs";

    private static final String DEVICE_PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final int FIRST_LINE = 256;

    private final Fn fn;
    private final Bundle bundle;
    private final JavaHome java;
    private final Map<String, Path> places = new TreeMap<>();
    private final Map<String, String> env;

    private Recipe(Fn fn, Bundle bundle, JavaHome java) {
        this.fn = fn;
        this.bundle = bundle;
        this.java = java;
        env = env(fn, bundle);
    }

    /// @throws InvalidDefinitionException if that cannot run here, as far as one can know without starting it
    static Order order(Fn fn, Bundle bundle, JavaHome java) throws InvalidDefinitionException {
        var recipe = new Recipe(fn, bundle, java);
        var command = recipe.command();
        return new Order(
                fn.name().toString(),
                bundle.root(),
                fn.allLayers(),
                recipe.places,
                command,
                recipe.env,
                recipe.workingDir(),
                fn.memoryMb());
    }

    private String workingDir() {
        var folder = Path.of("/").resolve(bundle.workingDir()).normalize().toString();
        return Files.isDirectory(file(folder)) ? folder : "/";
    }

    /// What an Fn server gives a container (fn/api/agent/call.go, buildConfig), over what the image has.
    private static Map<String, String> env(Fn fn, Bundle bundle) {
        var env = new HashMap<>(bundle.env());
        env.putIfAbsent("PATH", DEVICE_PATH);
        env.put("HOME", "/tmp");
        env.put("TMPDIR", "/tmp");
        env.putIfAbsent("LANG", "C.UTF-8");
        env.putAll(fn.config());
        env.put("FN_APP_ID", fn.appId());
        env.put("FN_APP_NAME", fn.name().app());
        env.put("FN_FN_ID", fn.id());
        env.put("FN_FN_NAME", fn.name().name());
        env.put("FN_MEMORY", String.valueOf(fn.memoryMb()));
        env.put("FN_TYPE", "sync");
        env.put("FN_FORMAT", "http-stream");
        env.put("FN_LISTENER", "unix:" + SOCKETS + "/lsnr.sock");
        return env;
    }

    private List<String> command() throws InvalidDefinitionException {
        var words = new ArrayList<>(bundle.entrypoint());
        words.addAll(bundle.cmd());
        if (words.isEmpty()) {
            throw new InvalidDefinitionException(
                    "the image of " + fn.name() + " has neither entrypoint nor cmd",
                    "set one in func.yaml or the Dockerfile and deploy again");
        }
        if (!fn.allLayers() && java.means(words)) {
            return java.command(fn, bundle, words, places);
        }
        var program = inImage(words.getFirst());
        if (program != null) {
            return own(program, words);
        }
        if (fn.allLayers()) {
            throw missing(words.getFirst(), "the image");
        }
        return fromDevice(words);
    }

    /// A program of the image's own: it runs as it is, or by the device's interpreter if its first line names one
    /// that is not here.
    private List<String> own(String program, List<String> words) throws InvalidDefinitionException {
        var file = file(program);
        words.set(0, program);
        var elf = Elf.read(file);
        if (elf != null) {
            check(program, elf);
            return words;
        }
        var script = firstLine(file);
        var interpreter = script == null ? null : script.split("[ \t]+");
        if (fn.allLayers() || interpreter == null || inImage(interpreter[0]) != null) {
            return words;
        }
        boolean env = interpreter[0].endsWith("/env") && interpreter.length > 1;
        var device = Interpreter.of(env ? interpreter[interpreter.length - 1] : interpreter[0]);
        if (device == null) {
            throw missing(interpreter[0], "the image's own layers, and " + program + " asks for it");
        }
        return by(device, words);
    }

    private List<String> fromDevice(List<String> words) throws InvalidDefinitionException {
        var device = Interpreter.of(words.getFirst());
        if (device == null) {
            throw missing(words.getFirst(), "the image's own layers");
        }
        return by(device, words.subList(1, words.size()));
    }

    /// That interpreter of the device, with these words after it.
    private List<String> by(Interpreter device, List<String> words) throws InvalidDefinitionException {
        var file = device.find(Objects.requireNonNullElse(System.getenv("PATH"), ""));
        show(file);
        var command = new ArrayList<String>();
        command.add(file.toString());
        switch (device.name()) {
            case "python3" -> env.putIfAbsent("PYTHONPATH", "/function:/python");
            case "ruby" -> gems();
            // V8 does not know of the limit: it would let its garbage grow beyond
            case "node" -> command.add("--max-old-space-size=" + Math.max(16, fn.memoryMb() * 3 / 4));
            default -> {}
        }
        command.addAll(words);
        return command;
    }

    /// Makes a program of the device visible that is not below `/usr`, with the folder it is installed in.
    private void show(Path program) {
        var home = Objects.requireNonNullElse(program.getParent(), program);
        if (!program.startsWith("/usr")) {
            home = Objects.requireNonNullElse(home.getParent(), home);
            places.put(home.toString(), home);
        }
    }

    /// The image's gems lie below `/usr`, which is the device's.
    private void gems() {
        var gems = bundle.root().resolve("usr/lib/ruby/gems");
        if (Files.isDirectory(gems) && !env.containsKey("GEM_PATH")) {
            places.put("/.fern/gems", gems);
            try (var versions = Files.list(gems)) {
                env.put(
                        "GEM_PATH",
                        String.join(
                                ":",
                                versions.map(version -> "/.fern/gems/" + version.getFileName())
                                        .sorted()
                                        .toList()));
            } catch (IOException e) {
                // ruby says which gem it misses
            }
        }
    }

    /// The absolute path of that word as it is in the image, or null if it is not there.
    private @Nullable String inImage(String word) {
        if (word.contains("/")) {
            var path = Path.of("/").resolve(bundle.workingDir()).resolve(word).normalize();
            return isProgram(path.toString()) ? path.toString() : null;
        }
        for (var folder :
                Objects.requireNonNullElse(env.get("PATH"), DEVICE_PATH).split(":")) {
            var path = folder + "/" + word;
            if (folder.startsWith("/") && isProgram(path)) {
                return path;
            }
        }
        return null;
    }

    private boolean isProgram(String path) {
        return Files.isRegularFile(file(path));
    }

    private Path file(String path) {
        return bundle.root().resolve(path.substring(1));
    }

    private void check(String program, Elf elf) throws InvalidDefinitionException {
        if (!Files.isExecutable(file(program))) {
            throw new InvalidDefinitionException(
                    program + " in the image of " + fn.name() + " is not executable",
                    "chmod +x it in the Dockerfile and deploy again");
        }
        var device = Elf.device();
        var built = elf.machineName();
        boolean fits = built.equals(device)
                || built.equals("arm") && "aarch64".equals(device)
                || built.equals("i686") && "x86_64".equals(device);
        if (device != null && !fits) {
            throw new InvalidDefinitionException(
                    program + " in the image of " + fn.name() + " is built for " + built + ", this device is " + device,
                    "build the image for this device too (shape of the app: GENERIC_X86_ARM) and deploy again");
        }
    }

    private static @Nullable String firstLine(Path file) {
        try (var in = Files.newInputStream(file)) {
            var head = new String(in.readNBytes(FIRST_LINE), StandardCharsets.UTF_8);
            return head.startsWith("#!")
                    ? head.substring(2).lines().findFirst().orElse("").strip()
                    : null;
        } catch (IOException e) {
            return null;
        }
    }

    private InvalidDefinitionException missing(String word, String where) {
        return new InvalidDefinitionException(
                word + ", which " + fn.name() + " starts with, is not in " + where,
                fn.allLayers()
                        ? "correct the entrypoint of the image and deploy again"
                        : "correct the entrypoint of the image, or set the annotation fern/layers to all");
    }
}
