package dev.fern.kit;

import dev.fern.Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Makes the bundle of a Java function from its source, as the official build image would: compiled against the
/// official FDK api alone and packed as `function/app/*.jar`.
///
/// ```java
/// Bundle bundle = JavaBundle.of(folder, "demo.Hello::handle", "package demo; public class Hello { ... }");
/// ```
public final class JavaBundle {
    private static final Pattern PACKAGE = Pattern.compile("^\\s*package\\s+([\\w.]+)\\s*;", Pattern.MULTILINE);
    private static final Pattern TYPE =
            Pattern.compile("^(?:[\\w@]+\\s+)*(?:class|interface|record|enum)\\s+(\\w+)", Pattern.MULTILINE);

    private final Path root;
    private final Path app;
    private final List<Path> classPath = new ArrayList<>();
    private final Map<String, String> env = new HashMap<>();
    private boolean loose;

    private JavaBundle(Path root) {
        this.root = root;
        app = root.resolve("function/app");
        classPath.add(fdk("api"));
    }

    /// A bundle in that folder with these sources in one jar and that Cmd, `Class::method`.
    public static Bundle of(Path root, String cmd, String... sources) {
        return in(root).jar("function.jar", sources).bundle(cmd);
    }

    /// Begins a bundle in that folder.
    public static JavaBundle in(Path root) {
        return new JavaBundle(root);
    }

    /// From here on sources become class files under `function/app`, without a jar.
    public JavaBundle loose() {
        loose = true;
        return this;
    }

    /// The image's environment gets one more.
    public JavaBundle env(String name, String value) {
        env.put(name, value);
        return this;
    }

    /// Copies a jar into the bundle; later sources are compiled against it.
    public JavaBundle library(Path jar) {
        classPath.add(jar);
        return file("function/app/" + jar.getFileName(), read(jar));
    }

    /// Puts a file into the bundle, its path as in the image, without the leading slash.
    public JavaBundle file(String path, byte[] content) {
        write(root.resolve(path), content);
        return this;
    }

    /// Compiles these sources into a jar of that name; later sources are compiled against it.
    public JavaBundle jar(String name, String... sources) {
        var classes = compile(classPath, sources);
        if (loose) {
            classes.forEach((path, bytes) -> write(app.resolve(path), bytes));
            classPath.add(app);
        } else {
            var jar = app.resolve(name);
            pack(jar, classes);
            classPath.add(jar);
        }
        return this;
    }

    public Bundle bundle(String cmd) {
        var entrypoint = List.of("java", "-cp", "/function/app/*", "com.fnproject.fn.runtime.EntryPoint");
        return new Bundle(digest(cmd), root, entrypoint, List.of(cmd), env, "/function");
    }

    /// The jar of that artifact among the FDK's jars as they are shipped, such as `api` or `jackson-databind`.
    public static Path fdk(String artifact) {
        try (var jars = Files.list(Path.of(System.getProperty("fern.dist"), "lib", "fdk"))) {
            return jars.filter(jar -> jar.getFileName().toString().matches(artifact + "-[0-9.]+\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + artifact + " in lib/fdk; run mvn process-resources"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Compiles sources in memory.
    ///
    /// @return path of each class file, such as `demo/Hello.class`, to its bytes
    public static Map<String, byte[]> compile(List<Path> classPath, String... sources) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        var path = classPath.stream()
                .map(Path::toString)
                .collect(Collectors.joining(System.getProperty("path.separator")));
        var units = List.of(sources).stream().map(Source::new).toList();
        try (var output = new Output(compiler.getStandardFileManager(problems, null, null))) {
            var options = List.of("--release", "21", "-proc:none", "-parameters", "-cp", path);
            if (!compiler.getTask(null, output, problems, options, null, units).call()) {
                throw new AssertionError("does not compile: " + problems.getDiagnostics());
            }
            return output.classes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes a jar with these entries.
    public static void pack(Path jar, Map<String, byte[]> entries) {
        write(jar, new byte[0]);
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var entry : entries.entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String digest(String cmd) {
        try (var files = Files.walk(root)) {
            var sha256 = MessageDigest.getInstance("SHA-256");
            files.filter(Files::isRegularFile).sorted().forEach(file -> sha256.update(read(file)));
            return "sha256:" + HexFormat.of().formatHex(sha256.digest(cmd.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("source:///" + nameOf(text).replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        private static String nameOf(String text) {
            var inPackage = PACKAGE.matcher(text);
            var type = TYPE.matcher(
                    inPackage.find() ? text.substring(inPackage.end()).stripLeading() : text);
            if (!type.find()) {
                throw new AssertionError("no class in: " + text);
            }
            return inPackage.reset().find() ? inPackage.group(1) + "." + type.group(1) : type.group(1);
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Output extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> files = new TreeMap<>();

        Output(JavaFileManager manager) {
            super(manager);
        }

        Map<String, byte[]> classes() {
            var classes = new TreeMap<String, byte[]>();
            files.forEach((path, bytes) -> classes.put(path, bytes.toByteArray()));
            return classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            var path = className.replace('.', '/') + kind.extension;
            return new SimpleJavaFileObject(URI.create("class:///" + path), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return files.computeIfAbsent(path, _ -> new ByteArrayOutputStream());
                }
            };
        }
    }
}
