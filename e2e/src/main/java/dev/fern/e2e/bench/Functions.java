package dev.fern.e2e.bench;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Writes small Java functions as their developer would have them after `mvn package`: a folder with func.yaml and
/// `target/NAME.jar`. Plain Fn functions: nothing of Fern is in them.
public final class Functions {
    /// Answers with what it gets.
    public static final String ECHO = """
            package com.example.fn;
            public class %s {
                public byte[] handle(byte[] body) {
                    return body;
                }
            }
            """;

    /// Reads JSON and answers with JSON, through the FDK's own coercion.
    static final String JSON = """
            package com.example.fn;
            public class %1$s {
                public static class Reading {
                    public String room;
                    public double celsius;
                }
                public static class Verdict {
                    public String room;
                    public boolean hot;
                }
                public Verdict handle(Reading reading) {
                    var verdict = new Verdict();
                    verdict.room = reading.room;
                    verdict.hot = reading.celsius > 30;
                    return verdict;
                }
            }
            """;

    private Functions() {}

    /// Writes a function whose class is made from that source, with annotations as lines of YAML.
    ///
    /// @param name the function's; its class is called the same
    public static Path write(Path parent, String name, String source, List<String> annotations) throws IOException {
        var folder = Files.createDirectories(parent.resolve(name));
        Files.writeString(
                folder.resolve("func.yaml"), """
                schema_version: 20180708
                name: %s
                version: 0.0.1
                runtime: java
                cmd: %s
                memory: 64
                annotations: {%s}
                """.formatted(name, command(name), String.join(", ", annotations)));
        compile(folder, className(name), source.formatted(className(name)));
        return folder;
    }

    /// What func.yaml calls `cmd`.
    static String command(String name) {
        return "com.example.fn." + className(name) + "::handle";
    }

    private static String className(String name) {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1).replace("-", "");
    }

    /// Something of what a device has, by its path in `lib`.
    static Path dist(String path) {
        return Path.of(System.getProperty("fern.dist", "target/fern"), "lib", path);
    }

    /// The jars that a function is compiled against.
    private static String fdk() throws IOException {
        try (var jars = Files.list(dist("fdk"))) {
            return jars.map(Path::toString).collect(Collectors.joining(":"));
        }
    }

    private static void compile(Path folder, String className, String source) throws IOException {
        var classes = Files.createDirectories(folder.resolve("target/classes"));
        var messages = new StringWriter();
        var options = List.of("--release", "21", "-proc:none", "-cp", fdk(), "-d", classes.toString());
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(messages, null, null, options, null, List.of(new Source(className, source)))
                .call();
        if (!compiled) {
            throw new IOException("cannot compile " + className + ":\n" + messages);
        }
        var jar = folder.resolve("target/" + folder.getFileName() + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(classes)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///com/example/fn/" + className + ".java"), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /// The jar or folder that a class comes from, for the class path of another process.
    static String origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
