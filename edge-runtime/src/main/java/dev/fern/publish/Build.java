package dev.fern.publish;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Builds a function's code in its folder with the tools of its language, where the fn CLI's Dockerfile would (fn/cli,
/// langs/): Maven for Java, npm for JavaScript. Everything else is files, or must have been built before.
final class Build {
    /// The first build on a machine fetches half of Maven Central.
    static final Duration LONGEST = Duration.ofMinutes(15);
    /// Of what a tool says, the last lines say what is wrong.
    static final int TAIL_LINES = 20;

    private static final int TAIL_CHARS = 400;
    private static final String PACKAGES = "node_modules";
    private static final Pattern DEPENDENCIES = Pattern.compile("\"dependencies\"\\s*:\\s*\\{\\s*\"");

    /// langs/java.go, but that a failure is one. The fixed time makes the same sources the same jar.
    private static final List<String> MAVEN = List.of(
            "-B",
            "-ntp",
            "package",
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            "-DskipTests=true",
            "-Dmdep.prependGroupId=true",
            "-DoutputDirectory=target",
            "-Dproject.build.outputTimestamp=1980-01-01T00:00:02Z");

    private final Path folder;
    private final Steps steps;

    Build(Path folder, Steps steps) {
        this.folder = folder;
        this.steps = steps;
    }

    /// Builds what is there, if it is of a kind that is built here.
    ///
    /// @param kind what the code is, as [Code#kind] has it
    void run(String kind) throws PublishException, InterruptedException {
        try {
            if (isJava(kind)) {
                // else a jar of an earlier version would be part of the function
                removeJars();
                compile();
            } else if (kind.equals("node") && wantsPackages() && !Files.isDirectory(folder.resolve(PACKAGES))) {
                fetch(folder.resolve(PACKAGES));
            }
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(e);
        }
    }

    /// Builds it once more while somebody runs what was built before, which stays where it is until the new is there.
    void again(String kind) throws PublishException, InterruptedException {
        try {
            if (isJava(kind)) {
                compile();
            } else if (kind.equals("node") && wantsPackages()) {
                fetch(null);
            }
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(e);
        }
    }

    private boolean isJava(String kind) {
        return (kind.equals("java") || kind.equals("kotlin")) && Files.exists(folder.resolve("pom.xml"));
    }

    private void compile() throws PublishException, InterruptedException, IOException {
        tool("mvn", MAVEN, "building with mvn package", "correct the build: run mvn package there", null);
    }

    private void fetch(@Nullable Path half) throws PublishException, InterruptedException, IOException {
        var install = List.of("install", "--omit=dev", "--no-audit", "--no-fund");
        tool("npm", install, "fetching packages with npm install", "correct package.json: run npm install there", half);
    }

    private PublishException unreadable(Exception e) {
        return new PublishException(folder + " cannot be built: " + e.getMessage(), "see to its files");
    }

    private void removeJars() throws IOException {
        var target = folder.resolve("target");
        if (Files.isDirectory(target)) {
            try (var jars = Files.newDirectoryStream(target, "*.jar")) {
                for (var jar : jars) {
                    Files.delete(jar);
                }
            }
        }
    }

    private boolean wantsPackages() throws IOException {
        var file = folder.resolve("package.json");
        return Files.isRegularFile(file)
                && DEPENDENCIES.matcher(Files.readString(file)).find();
    }

    /// @param half what a failure leaves half done and the next try would take for done
    private void tool(String program, List<String> arguments, String what, String whatToDo, @Nullable Path half)
            throws PublishException, InterruptedException, IOException {
        var command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
        } catch (IOException e) {
            throw new PublishException(
                    folder + " is built with " + program + ", which is not on this machine",
                    "install it, or build elsewhere (fern deploy --no-build takes what is built)");
        }
        try {
            var tail = steps.step(what, () -> tail(process, what));
            if (process.exitValue() != 0) {
                steps.say(tail);
                throw new PublishException(what + " in " + folder + " failed, see above", whatToDo);
            }
        } finally {
            boolean failed = process.isAlive() || process.exitValue() != 0;
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            if (failed && half != null && Files.isDirectory(half)) {
                remove(half);
            }
        }
    }

    private static String tail(Process process, String what) throws PublishException, InterruptedException {
        var tail = new ArrayDeque<String>();
        var reader = Thread.ofVirtual().start(() -> {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    synchronized (tail) {
                        tail.add(line.length() > TAIL_CHARS ? line.substring(0, TAIL_CHARS) + "…" : line);
                        if (tail.size() > TAIL_LINES) {
                            tail.remove();
                        }
                    }
                }
            } catch (IOException e) {
                // it was ended
            }
        });
        if (!process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new PublishException(
                    what + " takes longer than " + LONGEST.toMinutes() + " minutes",
                    "build it by hand and deploy with --no-build");
        }
        reader.join(Duration.ofSeconds(5));
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
        }
    }
}
